import { chmod, cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CollectedSpan, withCollector } from '../support/collector.ts';
import { runVili } from '../support/daemon.ts';
import { DaemonWorld, withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';
import { seriesIn, valueOf } from '../support/exposition-text.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const SERVER = 2;
const CLIENT = 3;
const LIMIT_MS = 30_000;
const SETTINGS = { verdict_mode: 'manual', verdict_min_time: '1h', mirror_timeout: '20s' };

/** A service that writes down which trace context it gets; it fails what is asked to. */
function service(seen: string, failing: boolean): string {
  return `import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
createServer((request, response) => {
  const { url, headers } = request;
  if (url === '/health') return response.end();
  const { traceparent = '', 'x-vili-mirror': mark = '' } = headers;
  appendFileSync(${JSON.stringify(seen)}, JSON.stringify({ url, traceparent, mark }) + '\\n');
  response.statusCode = ${failing} && url.includes('fail') ? 500 : 200;
  response.setHeader('Content-Type', 'application/json');
  response.end('{"ok":true}');
}).listen(process.env.PORT, '127.0.0.1');
`;
}

interface Seen {
  readonly url: string;
  readonly traceparent: string;
  readonly mark: string;
}

/** Starts 1.0.0 and the test of 1.0.1, and returns what each of them gets. */
async function startBoth(world: DaemonWorld) {
  const file = (version: string): string => join(world.base, `seen-${version}.txt`);
  const seenBy = async (version: string): Promise<readonly Seen[]> => {
    const text = await readFile(file(version), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Seen);
  };
  await world.arrive('shop-1.0.0.mjs', service(file('1.0.0'), false));
  const daemon = world.start();
  await daemon.serving('shop-1.0.0');
  await world.arrive('shop-1.0.1.mjs', service(file('1.0.1'), true));
  await daemon.testing('shop-1.0.1');
  return { daemon, seenBy };
}

async function ask({ port }: DaemonWorld, path: string, traceparent?: string): Promise<void> {
  const headers = traceparent === undefined ? {} : { traceparent };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  expect(response.status).to.equal(200);
  await response.arrayBuffer();
}

function traceOf(index: number): { traceId: string; spanId: string; value: string } {
  const [traceId, spanId] = [index.toString(16).padStart(32, 'a'), `${index}`.padStart(16, 'b')];
  return { traceId, spanId, value: `00-${traceId}-${spanId}-01` };
}

for (const processes of ['1', '2']) {
  describe(`The spans of a daemon with ${processes} for users`, function () {
    this.timeout(180_000);

    it('are of the trace that running and testing were told of, one below the other', async () => {
      await withCollector(async (collector) => {
        const settings = {
          ...SETTINGS,
          otlp_endpoint: collector.url,
          otlp_sample: '0%',
          gate_processes: processes,
        };
        await withWorld(settings, async (world) => {
          const { daemon, seenBy } = await startBoth(world);
          const traces = [1, 2, 3].map(traceOf);
          const paths = ['/items/1?token=geheim', '/fail/2', '/items/3'];
          for (const [index, { value }] of traces.entries()) {
            await ask(world, paths[index] ?? '', value);
          }
          // Its caller does not record it, and a share of 0 % takes none of those without a trace.
          await ask(world, '/items/4', traceOf(4).value.replace(/01$/, '00'));
          await ask(world, '/items/5');
          const spans = await eventually(
            'all spans have come',
            () => (collector.spans.length >= 6 ? collector.spans : null),
            LIMIT_MS,
          );
          const copies = await seenBy('1.0.1');
          const users = (await seenBy('1.0.0')).filter(({ mark }) => mark === '');
          for (const [index, trace] of traces.entries()) {
            const [own, other] = pairOf(spans, trace.traceId);
            const path = paths[index];
            expect(own.parentSpanId).to.equal(trace.spanId);
            expect(other.parentSpanId).to.equal(own.spanId);
            expect(users.find(({ url }) => url === path)?.traceparent).to.equal(trace.value);
            const told = copies.filter(({ url }) => url === path).map((one) => one.traceparent);
            expect(told).to.include(`00-${trace.traceId}-${other.spanId}-01`);
            expect(Math.abs(own.startMs - Date.now())).to.be.below(LIMIT_MS * 10);
            expect(own.ms)
              .to.be.above(0)
              .and.below(LIMIT_MS * 10);
            expect(other.startMs).to.be.at.least(own.startMs);
          }
          const [own, other] = pairOf(spans, traces[0]?.traceId ?? '');
          const { attributes } = own;
          expect(own.name).to.match(/^GET \/items\//);
          expect(attributes).to.deep.include({
            'http.request.method': 'GET',
            'http.response.status_code': 200,
            'url.scheme': 'http',
            'url.path': '/items/1',
            'server.address': '127.0.0.1',
            'server.port': world.port,
            'vili.version': 'shop-1.0.0',
            'vili.role': 'running',
          });
          expect(other.attributes).to.include({
            'vili.version': 'shop-1.0.1',
            'vili.role': 'testing',
            'vili.outcome': 'same',
            'vili.request_id': attributes['vili.request_id'],
          });
          const [, failed] = pairOf(spans, traces[1]?.traceId ?? '');
          expect(failed.isError).to.equal(true);
          expect(failed.attributes).to.include({ 'error.type': '500', 'vili.outcome': 'worse' });
          expect(JSON.stringify(collector.spans)).to.not.contain('geheim');
          const [request] = collector.requests;
          expect(request?.path).to.equal('/v1/traces');
          expect(request?.resource).to.include({
            'service.name': 'vili',
            'service.namespace': 'shop',
          });
          // The collector has them before its response is read.
          const series = await eventually('all are counted', async () => {
            const now = seriesIn(await daemon.client.metrics());
            return valueOf(now, 'vili_spans_exported_total') === 6 ? now : null;
          });
          expect(valueOf(series, 'vili_spans_dropped_total', { reason: 'lost' })).to.equal(0);
        });
        expect(collector.spans).to.have.length(6);
      });
    });
  });
}

describe('A daemon that is to export spans', function () {
  this.timeout(180_000);

  it('serves users and compares whatever the collector does, and says once what that is', async () => {
    await withCollector(async (collector) => {
      collector.mode = 'refuse';
      const settings = { ...SETTINGS, otlp_endpoint: collector.url, otlp_sample: '100%' };
      await withWorld(settings, async (world) => {
        const daemon = await world.startServing();
        const users = world.users(20);
        await daemon.until('the collector is asked', () => collector.asked > 1, LIMIT_MS);
        collector.mode = 'flood';
        const before = collector.asked;
        await daemon.until('it floods', () => collector.asked > before, LIMIT_MS);
        collector.mode = 'hang';
        await world.drop('1.0.1');
        await daemon.until('it is compared', ({ traffic }) => traffic.mirrored > 20, LIMIT_MS * 2);
        collector.mode = 'take';
        await daemon.until('it takes them', () => collector.spans.length > 0, LIMIT_MS);
        const counts = await users.stop();
        expect(counts).to.include({ failed: 0, ok: counts.sent });
        await daemon.until('it is told', () =>
          / takes spans again; \d+ were dropped/.test(daemon.output),
        );
        expect(daemon.output.match(/does not take spans/g)).to.have.length(1);
        expect(daemon.output).to.contain(`${collector.url}/v1/traces does not take spans`);
      });
    });
  });

  it('says which packages are missing where they are, starts nothing, and needs them for nothing else', async () => {
    await withTempFolder(async (folder) => {
      const program = await installedWithout('@opentelemetry', folder);
      const world = await DaemonWorld.create({ otlp_endpoint: 'http://127.0.0.1:4318' });
      try {
        await world.drop('1.0.0');
        const check = await runVili(world.base, ['check'], { program });
        const start = await runVili(world.base, ['start'], { program });
        for (const text of [check.stdout, start.stderr]) {
          expect(text).to.contain(
            'not installed beside Vili: @opentelemetry/sdk-trace-base, @opentelemetry/exporter-trace-otlp-http.',
          );
          expect(text).to.contain('npm install -g @opentelemetry/sdk-trace-base');
        }
        expect([check.code, start.code]).to.deep.equal([2, 2]);
        expect(await world.processes()).to.deep.equal([]);
        await world.configure({});
        await world.startServing({ program });
      } finally {
        await world.end();
      }
    });
  });

  it('says in `vili check` where they go', async () => {
    await withWorld({ otlp_endpoint: 'https://otel.example/tenant' }, async (world) => {
      const { stdout } = await world.vili('check');
      expect(stdout).to.contain(
        'otlp.endpoint: spans go to https://otel.example/tenant/v1/traces, of 1 % of the requests without a trace',
      );
    });
    const withUser = { otlp_endpoint: 'https://me:geheim@otel.example' };
    await withWorld(withUser, async (world) => {
      const { stdout, stderr, code } = await world.vili('check');
      expect(code).to.equal(2);
      expect(stderr).to.contain('has a user in it');
      expect(stdout + stderr).to.not.contain('geheim');
    });
  });
});

// Private

/** The built program in a folder of its own, beside whose packages those of one scope are not. */
async function installedWithout(scope: string, folder: string): Promise<string> {
  const repository = join(import.meta.dirname, '..', '..', '..');
  for (const name of ['actors', 'config', 'lib']) {
    await cp(join(repository, 'dist', name), join(folder, 'dist', name), { recursive: true });
  }
  await cp(join(repository, 'package.json'), join(folder, 'package.json'));
  const packages = await readdir(join(repository, 'node_modules'));
  await mkdir(join(folder, 'node_modules'));
  for (const name of packages.filter((one) => one !== scope && !one.startsWith('.'))) {
    await symlink(join(repository, 'node_modules', name), join(folder, 'node_modules', name));
  }
  const program = join(folder, 'dist', 'actors', 'app', 'main.js');
  await chmod(program, 0o755);
  return program;
}

/** The span of the exchange and that of its copy. */
function pairOf(
  spans: readonly CollectedSpan[],
  traceId: string,
): readonly [CollectedSpan, CollectedSpan] {
  const ofTrace = spans.filter((span) => span.traceId === traceId);
  const own = ofTrace.find(({ kind }) => kind === SERVER);
  const other = ofTrace.find(({ kind }) => kind === CLIENT);
  if (own === undefined || other === undefined || ofTrace.length !== 2) {
    throw new Error(`no pair of spans: ${JSON.stringify(ofTrace)}`);
  }
  return [own, other];
}
