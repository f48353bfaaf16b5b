import { writeFileSync } from 'node:fs';
import mocha from 'mocha';
import { messageOf } from '../../lib/errors.ts';
import type { Failure, Outcome } from '../run/outcome.ts';

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_RETRY } = mocha.Runner.constants;

/**
 * The list of specs as usual, with every failure that a second try followed, and how many there were. With the option
 * `outcome`, a path, it also writes there what became of them, for the sum over several processes.
 */
export default class Reporter extends mocha.reporters.Spec {
  constructor(runner: mocha.Runner, options: mocha.MochaOptions) {
    super(runner, options);
    let again = 0;
    const failures: Failure[] = [];
    runner.on(EVENT_TEST_RETRY, (test, error) => {
      again++;
      console.log(`    tried again: ${test.fullTitle()}\n${textOf(error)}`);
    });
    runner.on(EVENT_TEST_FAIL, (test, error) => {
      failures.push({ title: test.fullTitle(), text: textOf(error) });
    });
    const { outcome } = (options.reporterOptions ?? {}) as { readonly outcome?: string };
    runner.on(EVENT_RUN_END, () => {
      if (again > 0) console.log(`  ${again} tried again, see above\n`);
      if (outcome === undefined) return;
      const { passes: passing = 0, pending = 0 } = runner.stats ?? {};
      const all: Outcome = { passing, pending, again, failures };
      writeFileSync(outcome, JSON.stringify(all));
    });
  }
}

// Private

function textOf(error: Error): string {
  return error.stack ?? messageOf(error);
}
