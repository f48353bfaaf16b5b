import {
  count,
  duration,
  oneOf,
  promotionSteps,
  share,
  stickyKey,
  weeklyWindow,
} from '../formats.ts';
import { setting } from './setting.ts';

/** What a promotion or a rejection requires. */
export const verdict = {
  verdict: {
    mode: setting(
      oneOf(['auto', 'manual']),
      'auto',
      '`auto` promotes and rejects by itself, `manual` only reports what it would do.',
      { reload: 'at once' },
    ),
    min_requests: setting(
      count,
      '200',
      'The fewest compared requests before a promotion. Raising it makes verdicts later and surer.',
      { min: '1', max: '100000000', reload: 'next test' },
    ),
    min_time: setting(
      duration,
      '5m',
      'The shortest test before a promotion, or before a rejection for slowness alone. Raising it ' +
        'exposes slow leaks and rare jobs, and gives a slow start more time.',
      { max: '7d', reload: 'next test' },
    ),
    margin: setting(
      share,
      '0.5%',
      'By how much testing may be worse than running and still be promoted. A smaller margin needs many ' +
        'more requests: their number grows as 1/margin.',
      { min: '0.001%', max: '50%', reload: 'next test' },
    ),
    warmup_requests: setting(
      count,
      '200',
      'Latency is judged only after this many requests. Raising it forgives a slow start longer.',
      { max: '100000000', reload: 'next test' },
    ),
    warmup_time: setting(
      duration,
      '60s',
      'Latency is judged only after this time. Raising it forgives a slow start longer.',
      { max: '24h', reload: 'next test' },
    ),
    speed: setting(
      oneOf(['block', 'report']),
      'block',
      'A testing version that is slower: `block` counts against it, and a promotion needs proof that ' +
        'it is not; `report` only shows both times. `report` suits a host so busy that times say ' +
        'little about a version.',
      { reload: 'next test' },
    ),
    confirm_time: setting(
      duration,
      '30s',
      'How long the evidence for a rejection must hold. Raising it forgives short trouble longer.',
      { max: '24h', reload: 'next test' },
    ),
    log_window: setting(
      duration,
      '10s',
      'The window in which log errors of running and testing are compared. Raising it forgives lines ' +
        'that arrive late and delays the verdict.',
      { min: '100ms', max: '1h', reload: 'next test' },
    ),
    deadline: setting(
      duration,
      '24h',
      'A test that has pairs but no verdict by then ends as inconclusive; the version is not ' +
        'promoted, and can be tested again with `vili retest`.',
      { min: '1s', max: '365d', reload: 'next test' },
    ),
  },
  promotion: {
    window: setting(
      weeklyWindow,
      'none',
      'When a version may go live by itself, such as while people are there to look after it; without a time zone that ' +
        'of the host counts. Outside of it a version that may go live waits and says so, while its test goes on. ' +
        '`vili promote` does not wait, nor does the `promotion.takeover` from a running version that is down.',
      { reload: 'at once' },
    ),
    steps: setting(
      promotionSteps,
      'none',
      'Lets a version that may go live have a share of the users first, all methods, for what copies cannot try, such as ' +
        'writes: `5% 2m, 25% 5m` is 5 % of them for two minutes, then 25 % for five, then all. A client stays with its ' +
        'version during a step, and in the share when that grows. Users of both versions are judged against each other; ' +
        'where the share has it worse, all go back at once. More and longer steps find rarer faults. Nothing else ' +
        'changes: `probation` follows. `vili promote` moves all users at once, unless it is given `--steps`.',
      { reload: 'next promotion' },
    ),
    sticky: setting(
      stickyKey,
      'none',
      'What names a client where `promotion.steps` share users out: a header or a cookie that the service has anyway, ' +
        'such as `cookie session`; a request without it, and `none`, go by the address. Behind a proxy that is not in ' +
        '`trust_proxy`, or where many users share an address, the address makes shares uneven.',
      { reload: 'next promotion' },
    ),
    takeover: setting(
      duration,
      '60s',
      'When running is down or not ready for this long, and no previous version is warm, a testing ' +
        'version that was ready for 30 seconds (or for this long, if that is less), with nothing against it, ' +
        'takes over without waiting for evidence. With `verdict.mode=manual` Vili only says so. Raising ' +
        'it gives a running version longer to come back by itself.',
      { min: '1s', max: '7d', reload: 'at once' },
    ),
  },
  probation: setting(
    duration,
    '10m',
    'How long the previous version keeps running after a promotion, for an instant rollback. It ' +
      'costs the memory of one more instance.',
    { max: '7d', reload: 'next promotion' },
  ),
  probation_rollback: setting(
    oneOf(['auto', 'manual']),
    'auto',
    'When the new version turns out to be worse than the previous one during `probation`, or ends: `auto` takes users ' +
      'back at once, `manual` only says so, for releases that migrate data.',
    { key: 'probation.rollback', reload: 'at once' },
  ),
};
