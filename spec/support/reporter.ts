import mocha from 'mocha';

const { EVENT_RUN_END, EVENT_TEST_RETRY } = mocha.Runner.constants;

/** The list of specs as usual, with every failure that a second try followed, and how many there were. */
export default class Reporter extends mocha.reporters.Spec {
  constructor(runner: mocha.Runner, options: mocha.MochaOptions) {
    super(runner, options);
    let again = 0;
    runner.on(EVENT_TEST_RETRY, (test, error) => {
      again++;
      console.log(`    tried again: ${test.fullTitle()}\n${error.stack ?? String(error)}`);
    });
    runner.on(EVENT_RUN_END, () => {
      if (again > 0) console.log(`  ${again} tried again, see above\n`);
    });
  }
}
