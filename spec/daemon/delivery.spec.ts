import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { Daemon } from '../support/daemon.ts';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';
import { freePort } from '../support/ports.ts';

const PAGE = fileURLToPath(new URL('../../../docs/kubernetes.md', import.meta.url));
const BLOCK = /^```(json|yaml)\n([\s\S]*?)^```$/gm;
const DOCUMENTED = 'https://vili.shop.svc:9600';
const TOKEN = 'a-token-of-the-spec-0123456789';
const VERDICT_LIMIT_MS = 60_000;
const run = promisify(execFile);

interface Metric {
  readonly successCondition: string;
  readonly failureCondition: string;
  readonly provider: {
    readonly web: {
      readonly url: string;
      readonly headers: readonly { readonly key: string; readonly value: string }[];
      readonly jsonPath: string;
    };
  };
}

interface Hook {
  readonly type: string;
  readonly metadata: { readonly type: string; readonly cmd: string };
}

/** What the page shows, as those read it who follow it. */
async function documented() {
  const blocks = [...(await readFile(PAGE, 'utf8')).matchAll(BLOCK)];
  const texts = (kind: string) => blocks.flatMap(([, of, text = '']) => (of === kind ? text : []));
  const [template, webhooks] = texts('yaml').map((text) => parse(text) as unknown);
  const [response, payload] = texts('json').map((text) => JSON.parse(text) as unknown);
  return {
    metric: (template as { spec: { metrics: readonly [Metric] } }).spec.metrics[0],
    hooks: (webhooks as { analysis: { webhooks: readonly Hook[] } }).analysis.webhooks,
    response: response as Record<string, unknown>,
    payload: payload as Pick<Hook, 'metadata'>,
  };
}

/** As Argo Rollouts measures: the value at the path, and which of the conditions it meets. */
async function measured(address: string, metric: Metric): Promise<string> {
  const { url, headers, jsonPath } = metric.provider.web;
  const response = await fetch(url.replace(DOCUMENTED, address), {
    headers: headers.map(({ key, value }) => [key, value.replace('{{ args.vili-token }}', TOKEN)]),
  });
  expect(response.status).to.equal(200);
  const [, field = ''] = /^\{\$\.(\w+)\}$/.exec(jsonPath) ?? [];
  const result = ((await response.json()) as Record<string, unknown>)[field];
  const meets = (condition: string): boolean => condition === `result == ${JSON.stringify(result)}`;
  if (meets(metric.successCondition)) return 'Successful';
  return meets(metric.failureCondition) ? 'Failed' : 'Inconclusive';
}

/** As the load tester does: whether the command of a hook succeeds. */
async function succeeds(address: string, { metadata }: Pick<Hook, 'metadata'>): Promise<boolean> {
  const env = { PATH: process.env['PATH'], VILI_TOKEN: TOKEN };
  const command = metadata.cmd.replace(DOCUMENTED, address);
  return run(metadata.type, ['-c', command], { env }).then(
    () => true,
    () => false,
  );
}

describe('The verdict, as docs/kubernetes.md has Argo Rollouts and Flagger ask for it', function () {
  this.timeout(180_000);

  it('is read by the documented paths and commands, whatever it is', async () => {
    const { metric, hooks, response, payload } = await documented();
    const hookOf = (type: string): Hook => {
      const found = hooks.find((hook) => hook.type === type);
      if (found === undefined) throw new Error(`the page has no hook ${type}`);
      return found;
    };
    const promotion = hookOf('confirm-promotion');
    const rollback = hookOf('rollback');
    expect(payload.metadata).to.deep.equal(promotion.metadata);
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const admin = { admin_listen: `127.0.0.1:${port}`, admin_token: TOKEN };
    await withWorld(
      { verdict_mode: 'manual', verdict_speed: 'report', ...admin },
      async (world) => {
        const daemon = await world.startServing();
        expect(await succeeds(address, promotion)).to.equal(false);
        expect(await succeeds(address, rollback)).to.equal(false);
        world.users(40);

        await world.drop('1.0.1');
        await daemon.testing('shop-1.0.1');
        await decided(daemon, 'shop-1.0.1', 'promote');
        expect(await measured(address, metric)).to.equal('Successful');
        expect(await succeeds(address, promotion)).to.equal(true);
        expect(await succeeds(address, rollback)).to.equal(false);
        await expectShape(daemon, response);

        await dropBad(world);
        await decided(daemon, 'shop-1.0.2', 'reject');
        expect(await measured(address, metric)).to.equal('Failed');
        expect(await succeeds(address, promotion)).to.equal(false);
        expect(await succeeds(address, rollback)).to.equal(true);
      },
    );
  });

  it('is inconclusive for Argo Rollouts while evidence is collected', async () => {
    const { metric } = await documented();
    const port = await freePort();
    const admin = { admin_listen: `127.0.0.1:${port}`, admin_token: TOKEN };
    await withWorld(admin, async (world) => {
      const daemon = await world.startServing();
      await world.drop('1.0.1');
      await daemon.testing('shop-1.0.1');
      expect(await measured(`http://127.0.0.1:${port}`, metric)).to.equal('Inconclusive');
    });
  });
});

function dropBad(world: DaemonWorld): Promise<string> {
  return world.drop('1.0.2', { errors: { endpoint: 'GET /items/{id}', share: 0.5 } });
}

async function decided(daemon: Daemon, version: string, decision: string): Promise<void> {
  await daemon.until(
    `the verdict on ${version} is ${decision}`,
    ({ verdict }) => verdict?.version === version && verdict.decision === decision,
    VERDICT_LIMIT_MS,
  );
}

/** Every field of the example is there, of the same kind, also within the first of a list. */
async function expectShape(
  { client }: Daemon,
  example: Readonly<Record<string, unknown>>,
): Promise<void> {
  const verdict = (await client.verdict()) as unknown as Record<string, unknown>;
  for (const [field, shown] of Object.entries(example)) {
    const found = verdict[field];
    expect(kindOf(found), field).to.equal(kindOf(shown));
    if (!Array.isArray(shown) || shown.length === 0) continue;
    expect(found, field).to.be.an('array').that.is.not.empty;
    expect(Object.keys((found as readonly object[])[0] ?? {}), field).to.include.members(
      Object.keys(shown[0] as object),
    );
  }
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}
