import { once } from 'node:events';
import { EXIT } from '../../errors.ts';
import { openDashboard } from '../../operator/dashboard/dashboard.ts';
import { type Declare, LOOKING } from '../command.ts';

export const dashboard: Declare = (program, run) =>
  program
    .command('dashboard')
    .helpGroup(LOOKING)
    .description('the page of all this in a browser, with your own rights, until ^C')
    .option('--no-open', 'print the address only')
    .action(
      run(async (context, { open }: { open: boolean }) => {
        const { client, daemon, io, actions, json, printer } = context;
        // Nobody should look at an empty page to find out that no daemon runs.
        await client.status();
        const page = await openDashboard({ daemon, by: io.user, now: io.now });
        try {
          if (json) printer.json({ schema: 'vili.dashboard/1', url: page.url });
          else printer.data([page.url]);
          const signal = AbortSignal.any([io.signal, printer.gone]);
          const isOpened = open && (await actions.openInBrowser(page.url, signal));
          const how = isOpened ? 'It opens in the browser.' : 'Open it in a browser of this host.';
          printer.talk(`${how} The link is good once, and the page until ^C.`);
          if (!signal.aborted) await once(signal, 'abort');
        } finally {
          await page.close();
        }
        return io.signal.aborted ? EXIT.interrupted : EXIT.ok;
      }),
    );
