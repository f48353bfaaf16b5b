import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from './browser.ts';

const WIDTHS = [1440, 390];
const HEIGHT = 900;
const COLOURS = { runOnly: ['color-contrast', 'link-in-text-block'] };

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Whatever axe-core knows against the view that is shown, and whether it is too wide, by width and theme; the page is wide afterwards. */
export async function faultsOf(page: Page, view: string): Promise<readonly string[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const found: string[] = [];
  // Run as the debugger does, which the policy of the page does not concern; it stays, as the views are of one page.
  await page.evaluate(`window.axe ? 0 : (() => { ${axe} })() ?? 0`);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT });
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    if (overflow > 0) found.push(`${view} is ${overflow} px too wide at ${width}`);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      // What else there is than colours is the same in both.
      const rules = colorScheme === 'dark' ? COLOURS : {};
      const { violations } = await page.evaluate<{ violations: readonly Violation[] }>(
        `axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], ...rules })})`,
      );
      for (const { id, nodes } of violations) {
        const [node] = nodes;
        found.push(`${view} ${width} ${colorScheme} ${id}: ${node?.html} ${node?.failureSummary}`);
      }
    }
  }
  await page.setViewportSize({ width: 1440, height: HEIGHT });
  return found;
}
