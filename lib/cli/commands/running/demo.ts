import { type Declare, RUNNING } from '../../command.ts';

export const demo: Declare = (program, run) =>
  program
    .command('demo')
    .helpGroup(RUNNING)
    .description('see one promotion and one rejection in about a minute')
    .option('--keep', 'keep the base folder of the demo, to look around in it')
    .action(run(({ actions }, { keep = false }: { keep?: boolean }) => actions.demo({ keep })));
