import type { Command } from 'commander';

/** An example for each command; those that need more to be said say it themselves. */
const EXAMPLES: Readonly<Record<string, string>> = {
  start: 'vili start --base /srv/inventory --set probation=5m',
  init: 'vili init --identifier inventory --port 8080 && vili check',
  check: 'vili check --base /srv/inventory, vili check --migrate',
  notify: 'vili notify --test',
  demo: 'vili demo --keep',
  reload: 'vili reload',
  'run-bare': 'vili run-bare --base /srv/inventory',
  upgrade: 'vili upgrade --base /srv/inventory',
  completion: 'source <(vili completion bash)',
  why: 'vili why 1.5.0',
  diff: 'vili diff --path price --sample 2afa508f --curl',
  dashboard: 'vili dashboard --base /srv/inventory',
  history: 'vili history --limit 20 --json',
  trace: 'vili trace --id 1.5.0 --mermaid',
  tree: 'vili tree',
  accept: "vili accept 1.5.0 '$.price' --reason 'new prices'",
  ignore: "vili ignore '$.servedAt' --endpoint 'GET /items/{id}' --dry-run",
  promote: "vili promote 1.5.0 --steps '5% 2m, 25% 5m'",
  reject: "vili reject --reason 'wrong branch'",
  replay: 'vili replay --all --to testing',
  retest: 'vili retest 1.5.0',
  rollback: 'vili rollback 1.4.1 --dry-run',
  pause: "vili pause --reason 'release freeze'",
  resume: 'vili resume',
  fleet: "vili fleet pause --reason 'release freeze'",
};

/** Ends the help of each command with an example. */
export function addExamples(program: Command): void {
  for (const command of program.commands) {
    const example = EXAMPLES[command.name()];
    if (example !== undefined) command.addHelpText('after', `\nExample: ${example}`);
  }
}
