import {
  compareRules,
  count,
  duration,
  routeTemplate,
  headerEdits,
  headerName,
  jsonPath,
  listOf,
  lowerCaseHeaderName,
  method,
  mirrorRules,
  oneOf,
  path,
  pathRewrites,
  share,
  size,
  stateRules,
  stickyKey,
} from '../formats.ts';
import { setting } from './setting.ts';

const BLOCK_OR_REPORT = oneOf(['block', 'report']);

/** The copies that go to testing, and how the two responses are compared. */
export const mirror = {
  mirror: {
    methods: setting(
      listOf(method),
      'GET, HEAD, OPTIONS',
      'Methods that are copied to testing. A write that is sent twice can do harm: add POST and the ' +
        'like only when testing has a state of its own.',
      { reload: 'next test' },
    ),
    rules: setting(
      mirrorRules,
      'none',
      'Exceptions to `mirror.methods`, `METHOD /path/{id} on|off`; the method may be `*`; the first ' +
        'match applies.',
      { reload: 'next test' },
    ),
    sample: setting(
      share,
      '100%',
      'The share of requests that is copied. Lowering it spares testing and delays the verdict.',
      { reload: 'next test' },
    ),
    sticky: setting(
      stickyKey,
      'none',
      'With a `mirror.sample` below 100%: a cookie or header whose value decides, so that a user is ' +
        'copied always or never. Requests without it are sampled one by one.',
      { reload: 'next test' },
    ),
    max_body: setting(
      size,
      '1MiB',
      'Requests with a larger body are not copied and count as `too-large`. Raising it costs memory ' +
        'for each request in flight.',
      { max: '1GiB' },
    ),
    concurrency: setting(
      count,
      '64',
      'How many copies are in flight at once. Raising it loads testing and this host more.',
      { min: '1', max: '10000', reload: 'next test' },
    ),
    busy_limit: setting(
      share,
      '95%',
      'The share of its time that the event loop serving users may be busy. Beyond it, copies are ' +
        'left out and count as `busy`, down to one in 64, or 25 a second where that is fewer, ten ' +
        'requests in a row each time. 100% leaves none out: evidence before users.',
    ),
    queue: setting(
      count,
      '1000',
      'How many copies may wait to be sent; further ones are dropped and count as `queue-full`. ' +
        'Raising it costs memory and delays the comparison.',
      { min: '1', max: '1000000', reload: 'next test' },
    ),
    queue_size: setting(
      size,
      '64MiB',
      'How many bytes copies may take at each stage, at least `mirror.max_body`: of requests in ' +
        'flight, waiting, sent to testing, and of what testing responds beyond what running did. ' +
        'Copies that do not fit are dropped and count as `queue-full`, of requests in flight the ' +
        'oldest first; larger responses are not read to the end. Each stage may cost that much memory.',
      { min: '64KiB', max: '16GiB' },
    ),
    timeout: setting(
      duration,
      '30s',
      'How long testing may take for one copy before it counts as failed. Raising it lets a slow ' +
        'testing version occupy `mirror.concurrency` longer.',
      { min: '10ms', max: '1h', reload: 'next test' },
    ),
    header: setting(
      headerName,
      'X-Vili-Mirror',
      'The header that marks a copy: `test`, or `control` for a baseline request to running; `servlet` marks what a ' +
        "servlet sends to the users' port. It is " +
        'removed from what users send, as is the header of this name followed by `-Token`, which holds ' +
        'a secret of this Vili: what comes back with it is forwarded and never copied.',
    ),
    headers: setting(
      headerEdits,
      'none',
      'Changes to the headers of copies, such as other credentials for testing: `set NAME: VALUE`, ' +
        '`remove NAME`.',
      { sensitive: true, reload: 'next test' },
    ),
    rewrite: setting(
      pathRewrites,
      'none',
      'Other paths for copies, `/from/{id} -> /to/{id}`; `*` matches anything; the first that matches ' +
        'the whole path applies; the query stays. Responses still count for the path of the user.',
      { reload: 'next test' },
    ),
    state: setting(
      stateRules,
      'auto',
      'Whether testing knows the sessions and the state that running keeps: `auto` learns it, and leaves ' +
        'requests out that only running can know; `shared` counts all; `own` leaves them out without ' +
        'holding the promotion. A path before it is a prefix, `/cart own`; the first that matches applies.',
      { reload: 'next test' },
    ),
  },
  compare: {
    shape: setting(
      BLOCK_OR_REPORT,
      'block',
      'A JSON field that is missing or has another type: `block` counts against testing, `report` ' +
        'only reports it. A new field is only reported either way.',
      { reload: 'next test' },
    ),
    values: setting(
      BLOCK_OR_REPORT,
      'report',
      'A JSON field with another value: `block` counts against testing, `report` only reports it.',
      { reload: 'next test' },
    ),
    systematic: setting(
      oneOf(['report', 'hold', 'block']),
      'hold',
      'A value that is another one in nearly all responses of an endpoint, where running does not differ ' +
        'from itself: `hold` keeps the version from going live until it is accepted once with ' +
        '`vili accept`, `block` counts against testing, too, `report` only reports it. What merely tells ' +
        'the version or the process is recognised, and only reported.',
      { reload: 'next test' },
    ),
    max_body: setting(
      size,
      '256KiB',
      'Larger responses are compared by length and digest only. Raising it costs memory and time ' +
        'for each pair.',
      { max: '64MiB' },
    ),
    max_depth: setting(
      count,
      '100',
      'How deep JSON is compared; anything deeper is compared as text. Raising it costs stack.',
      { min: '1', max: '10000', reload: 'next test' },
    ),
    headers: setting(
      listOf(lowerCaseHeaderName),
      'content-type, location, cache-control',
      'Response headers that are compared.',
      { reload: 'next test' },
    ),
    rules: setting(
      compareRules,
      'none',
      'Differences that are allowed: `[METHOD] /path/{id} ignore $.path` (or `header:NAME`, or a ' +
        'place of other content in quotes, `"html: main h1"`), ' +
        '`tolerance $.path 0.01` (or `1%`), `unordered $.path` (the order of an array is ' +
        'insignificant), `key $.path id` (objects in an array are paired by that field). `*` ' +
        'stands for every endpoint. What a rule hides is counted and shown.',
      { reload: 'next test' },
    ),
    control_share: setting(
      share,
      '10%',
      'The share of copied safe requests that is put to running and testing a second time: what ' +
        'differs by itself (times, ids), and how fast both are. More while only that is missing. Raising it ' +
        'learns faster and loads running more; none are sent while running is slow.',
      { max: '100%', reload: 'next test' },
    ),
  },
  samples: {
    per_endpoint: setting(
      count,
      '5',
      'How many pairs with a finding are kept per endpoint, for `vili diff` and `vili replay`.',
      { max: '1000', reload: 'next test' },
    ),
    max_size: setting(
      size,
      '8MiB',
      'How much all samples of a test may take in the folder of its version, and so in its archive.',
      { max: '1GiB', reload: 'next test' },
    ),
    max_body: setting(size, '16KiB', 'How much of each body is kept in a sample.', {
      max: '1MiB',
      reload: 'next test',
    }),
  },
  mask: {
    headers: setting(
      listOf(lowerCaseHeaderName),
      'x-api-key',
      'Headers whose values are never kept or shown, besides Authorization, Cookie, Set-Cookie and all ' +
        'that are named like a credential (`X-Auth-Token`; the page on applications has the list). In a ' +
        'text, all that follows on the line is masked.',
    ),
    paths: setting(
      listOf(jsonPath),
      '$..password, $..access_token, $..refresh_token, $..client_secret',
      'JSON paths whose values are never kept or shown, besides all that is named like a credential. ' +
        '`$.ssn` also covers the parameter `ssn` of a query or form, and in every text `ssn=`, `ssn:` and ' +
        'the element `<ssn>`. Case and separators do not matter.',
    ),
  },
  routes: setting(
    listOf(routeTemplate),
    'none',
    'Path templates that group requests into endpoints; they override those that Vili learns. With a query ' +
      'each value is an endpoint of its own: `GET /doku.php?do={do}` makes `GET /doku.php?do=search`.',
  ),
  openapi: setting(
    path,
    '',
    'An OpenAPI file, JSON or YAML, whose `paths` group requests into endpoints, after `routes`; the path ' +
      'of its `servers` (or `basePath`) precedes them. Read at the start, at most 2 MiB and 2000 ' +
      'paths and methods.',
  ),
};
