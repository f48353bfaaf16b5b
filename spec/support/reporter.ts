import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import mocha from 'mocha';
import { messageOf } from '../../lib/errors.ts';
import type { Failure, Outcome } from '../run/outcome.ts';

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } =
  mocha.Runner.constants;

/**
 * The list of specs as usual. With the option `outcome`, a path, it also writes there what became of each file, for the
 * sum over several processes.
 */
export default class Reporter extends mocha.reporters.Spec {
  constructor(runner: mocha.Runner, options: mocha.MochaOptions) {
    super(runner, options);
    const { outcome } = (options.reporterOptions ?? {}) as { readonly outcome?: string };
    if (outcome === undefined) return;
    const all: Record<string, { passing: number; pending: number; failures: Failure[] }> = {};
    const of = (test: mocha.Runnable) =>
      (all[fileOf(test)] ??= { passing: 0, pending: 0, failures: [] });
    runner.on(EVENT_TEST_PASS, (test) => void of(test).passing++);
    runner.on(EVENT_TEST_PENDING, (test) => void of(test).pending++);
    runner.on(EVENT_TEST_FAIL, (test, error) => {
      of(test).failures.push({ title: test.fullTitle(), text: textOf(error) });
    });
    runner.on(EVENT_RUN_END, () => {
      writeFileSync(outcome, JSON.stringify(all satisfies Outcome));
    });
  }
}

// Private

/** Relative to the project; '' for a hook around all files. */
function fileOf({ file, parent }: mocha.Runnable): string {
  const path = file ?? parent?.file;
  return path === undefined ? '' : relative(process.cwd(), path);
}

function textOf(error: Error): string {
  return error.stack ?? messageOf(error);
}
