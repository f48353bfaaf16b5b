import { expect } from 'chai';
import * as fc from 'fast-check';
import { levelOfPlain } from '../../../../lib/logs/classify/plain.ts';
import type { Level } from '../../../../lib/logs/follow/batch.ts';

const LINES: readonly (readonly [line: string, level: Level])[] = [
  ['2026-11-22 08:48:11.957  WARN 1 --- [main] o.s.b.Something : slow', 'warn'],
  ['08:48:11.957 [http-nio-8080-exec-3] ERROR c.e.Orders - failed', 'error'],
  ['2026-11-22 08:48:12.013 | CRITICAL | __main__:<module>:20 - c', 'fatal'],
  ['WARNING:root:careful', 'warn'],
  ['Nov 22, 2026 8:48:11 AM a.B run SEVERE: broken', 'error'],
  ['2026/11/22 08:48:11 [error] 31#31: *1 open() failed', 'error'],
  ['[Sun Nov 22 08:48:11 2026] [core:error] [pid 3] refused', 'error'],
  ['E1122 08:48:11.708906   23444 main.go:7] boom', 'error'],
  ['time=2026-11-22T08:48:11Z level=warning msg="w"', 'warn'],
  ['  "level" : "ERROR",', 'error'],
  ['Exception in thread "main" java.lang.IllegalStateException: no', 'error'],
  ['java.lang.NullPointerException: Cannot invoke', 'error'],
  ['Traceback (most recent call last):', 'error'],
  ['error: cannot open', 'error'],
  ['INFO request completed, previous ERROR cleared', 'info'],
  ['\tat com.example.Orders.find(Orders.java:42)', 'unknown'],
  ['listening on 8080', 'unknown'],
  ['the informer counts errors', 'unknown'],
  ['', 'unknown'],
];

describe('the level of a line that is not JSON', () => {
  for (const [line, level] of LINES) {
    it(`is ${level} for ${JSON.stringify(line.slice(0, 60))}`, () => {
      expect(levelOfPlain(line)).to.equal(level);
    });
  }

  it('exists for any text, however long, and nothing throws', () => {
    fc.assert(fc.property(fc.string(), (text) => levelOfPlain(text.repeat(50)).length > 0));
  });
});
