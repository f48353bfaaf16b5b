import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadSettings } from '../../../config/load.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

type Flags = Readonly<Record<string, string>>;

const REJECTED: readonly (readonly [string, Flags, RegExp])[] = [
  [
    "the users' port inside the range of servlets",
    { port: '9450' },
    /port_range +"9400-9500" must not contain port=9450 \(command line\)/,
  ],
  [
    'an API that everybody reaches without a token',
    { 'admin.listen': '0.0.0.0:9600' },
    /can be reached from other hosts, which needs admin\.token/,
  ],
  ['a token that can be guessed', { 'admin.token': 'x' }, /shorter than 16 characters/],
  ['a token that no header carries', { 'admin.token': 'a b'.repeat(9) }, /has a space or a/],
  [
    "the users' port as that of the API",
    { 'admin.listen': '127.0.0.1:8080' },
    /has the users' port/,
  ],
  ['a certificate without a key', { 'admin.cert': 'c.pem' }, /need each other/],
  [
    'an unchecked certificate of a service that is elsewhere',
    { scheme: 'https', endpoint: '10.0.0.1', 'servlet.insecure': 'true' },
    /loopback address only, and endpoint=10\.0\.0\.1 \(command line\) is none/,
  ],
  [
    'an authority for a certificate that is not checked',
    { scheme: 'https', 'servlet.ca': 'ca.pem', 'servlet.insecure': 'true' },
    /contradicts servlet\.ca=/,
  ],
  ['a preview token that can be guessed', { 'preview.token': 'x' }, /shorter than 16 characters/],
  [
    'a preview token that no cookie carries',
    { 'preview.token': 'a;b'.repeat(9) },
    /not every header and cookie can carry/,
  ],
  [
    'previews by a header that requests need',
    { 'preview.header': 'Authorization' },
    /a header that requests need themselves/,
  ],
  [
    'previews by the header of copies',
    { 'preview.header': 'x-vili-mirror-token' },
    /marks copies, see mirror\.header=X-Vili-Mirror/,
  ],
  ['a cookie that is none', { 'preview.cookie': 'a b' }, /is not the name of a cookie/],
  [
    'a collector with a user in its address',
    { 'otlp.endpoint': 'http://me:secret@127.0.0.1:4318' },
    /has a user in it; .*OTEL_EXPORTER_OTLP_HEADERS/,
  ],
  [
    'a collector whose address has a query',
    { 'otlp.endpoint': 'http://127.0.0.1:4318/?key=1' },
    /has more than a path/,
  ],
  ['a range of one port', { port_range: '9400-9400' }, /has 1 port; a promotion needs 2/],
  [
    'a longest pause below the shortest',
    { 'restart.backoff_min': '5s', 'restart.backoff_max': '1s' },
    /restart\.backoff_max +"1s" must not be shorter than restart\.backoff_min=5s/,
  ],
  [
    'a reset period below the longest pause',
    { 'restart.reset_after': '59s' },
    /restart\.reset_after +"59s" must not be shorter than restart\.backoff_max=60s \(default\)/,
  ],
  [
    'more responses than fit into the time to become ready',
    { 'readiness.successes': '10', 'readiness.interval': '1s', 'readiness.timeout': '5s' },
    /"5s" is too short for readiness\.successes=10 .* at readiness\.interval=1s/,
  ],
  [
    'a queue smaller than one body',
    { 'mirror.max_body': '65MiB' },
    /must not be smaller than mirror\.max_body=65MiB/,
  ],
  [
    'fewer connections than proxy processes',
    { 'gate.processes': '4', 'upstream.max_connections': '3' },
    /upstream\.max_connections +"3" must leave something for each of gate\.processes=4/,
  ],
  [
    'a hold too small to be divided',
    { 'gate.processes': '4', 'hold.max_size': '128KiB' },
    /must leave header\.max_size=64KiB .* for each of gate\.processes=4/,
  ],
  [
    'a queue too small to be divided',
    { 'gate.processes': '4', 'mirror.queue_size': '3MiB' },
    /must leave mirror\.max_body=1MiB .* for each of gate\.processes=4/,
  ],
  ['no proxy process', { 'gate.processes': '0' }, /gate\.processes +"0" is less than 1/],
  ['too many proxy processes', { 'gate.processes': '65' }, /gate\.processes +"65" is more than 64/],
  [
    'half a proxy process',
    { 'gate.processes': '1.5' },
    /gate\.processes +"1\.5" is not a whole number/,
  ],
  ['a hold smaller than one head', { 'hold.max_size': '1KiB' }, /no request could wait/],
  [
    'a mark in a header that requests need',
    { 'mirror.header': 'Host' },
    /requests need themselves/,
  ],
  [
    'a change to the framing of copies',
    { 'mirror.headers': 'set Content-Length: 5' },
    /a header that the connection needs itself/,
  ],
  ['the copy of a tunnel', { 'mirror.methods': 'GET,CONNECT' }, /a tunnel cannot be copied/],
  [
    'the copy of a tunnel by rule',
    { 'mirror.rules': 'CONNECT /x on' },
    /a tunnel cannot be copied/,
  ],
  [
    'an end of the test before a promotion is possible',
    { 'verdict.deadline': '4m', 'verdict.min_time': '5m' },
    /verdict\.deadline +"4m" must be longer than verdict\.min_time=5m/,
  ],
  [
    'an end of the test before a rejection is possible',
    { 'verdict.deadline': '10s', 'verdict.min_time': '1s', 'verdict.warmup_time': '1s' },
    /must be longer than verdict\.confirm_time=30s \(default\)/,
  ],
  [
    'an end of the test before latency is judged',
    { 'verdict.deadline': '50s', 'verdict.min_time': '1s' },
    /must be longer than verdict\.warmup_time=60s \(default\)/,
  ],
  ['a value below its bound', { 'verdict.min_requests': '0' }, /"0" is less than 1/],
  ['a value above its bound', { 'hold.max': '6m' }, /"6m" is more than 5m/],
];

const WARNED: readonly (readonly [string, Flags, RegExp])[] = [
  ['few ports', { port_range: '9400-9402' }, /3 ports; a test during probation needs up to 4/],
  [
    'waiting longer than a client may',
    { 'request.idle_timeout': '5s', 'hold.max': '5s' },
    /cut off/,
  ],
  ['spans for nobody', { 'otlp.sample': '10%' }, /no effect without otlp\.endpoint/],
  ['few requests', { 'verdict.min_requests': '5' }, /so few requests prove very little/],
  ['nothing to copy, by share', { 'mirror.sample': '0%' }, /there will never be a verdict/],
  ['nothing to copy, by method', { 'mirror.methods': 'none' }, /there will never be a verdict/],
  [
    'a token that nobody asks for',
    { 'admin.token': 'x'.repeat(16) },
    /no effect without admin\.listen/,
  ],
  [
    'a token in the clear',
    { 'admin.listen': '0.0.0.0:9600', 'admin.token': 'x'.repeat(16) },
    /sends the token in the clear/,
  ],
  ['a key to sign with and nothing to sign', { 'webhook.secret': 'x' }, /without webhook\.url/],
  ['Slack without a way to it', { slack_channel: '#x' }, /no effect without entraos_api_uri/],
  ['Whydah without a name', { whydah_uri: 'https://x' }, /without whydah_application_id and/],
  [
    'coarse polling of arrivals',
    { 'arrival.stable': '100ms', 'arrival.poll': '1s' },
    /only after that/,
  ],
  [
    'a service that is not checked',
    { scheme: 'https', 'servlet.insecure': 'true' },
    /leaves the certificate of the service unchecked/,
  ],
  ['an authority for plain HTTP', { 'servlet.ca': 'ca.pem' }, /no effect without scheme=https/],
  ['nothing to leave unchecked', { 'servlet.insecure': 'true' }, /no effect without scheme=https/],
  [
    'a dashboard that is not asked',
    { manualcontrol_uri: 'https://dash.example.org' },
    /no effect without manualcontrol=true/,
  ],
  [
    'a dashboard that others can imitate',
    { manualcontrol: 'true', manualcontrol_uri: 'http://dash.example.org' },
    /asked in the clear/,
  ],
  ['a cookie without a token', { 'preview.cookie': 'p' }, /no effect without preview\.token/],
  ['a right without a token', { 'preview.unsafe': 'true' }, /no effect without preview\.token/],
  ['more headers than fit', { 'header.max_size': '1KiB', 'header.max_count': '900' }, /do not fit/],
];

const FINE: readonly (readonly [string, Flags])[] = [
  ['a short stable time with the default poll', { 'arrival.stable': '100ms' }],
  ['a small head with the default count', { 'header.max_size': '1KiB' }],
  [
    'a dashboard on this host in the clear',
    { manualcontrol: 'true', manualcontrol_uri: 'http://[::1]:8000/vili-dash' },
  ],
  ['a port next to the range', { port: '9399' }],
  ['the range nerthus writes', { port: '8080', port_range: '8081-8090' }],
  [
    'a rule that copies when no method does',
    { 'mirror.methods': 'none', 'mirror.rules': 'GET /a on' },
  ],
  ['a rule that does not copy a tunnel', { 'mirror.rules': 'CONNECT /x off' }],
  ['no holding at all', { 'hold.max': '0', 'hold.max_size': '0' }],
];

describe('the rules between settings', () => {
  for (const [what, flags, text] of REJECTED) {
    it(`reject ${what}`, async () => {
      await withBase((base) => {
        expect(() => load(base, flags)).to.throw(text);
      });
    });
  }

  for (const [what, flags, text] of WARNED) {
    it(`warn of ${what}`, async () => {
      await withBase((base) => {
        const { warnings } = load(base, flags);
        expect(warnings).to.have.length(1);
        expect(warnings[0]).to.match(text);
      });
    });
  }

  for (const [what, flags] of FINE) {
    it(`allow ${what}`, async () => {
      await withBase((base) => {
        expect(load(base, flags).warnings).to.deep.equal([]);
      });
    });
  }

  it('report nothing more about a value that cannot be read', async () => {
    await withBase((base) => {
      expect(() => load(base, { port_range: '9500-9400', port: '9450' })).to.throw(/1 problem in/);
    });
  });
});

async function withBase(use: (base: string) => void): Promise<void> {
  await withTempFolder(async (base) => {
    await writeFile(join(base, '.env'), 'port=8080\nidentifier=inventory\n');
    use(base);
  });
}

function load(base: string, flags: Flags): ReturnType<typeof loadSettings> {
  return loadSettings({ base, flags, environment: {} });
}
