import { followDaemon } from './live/follow.ts';
import { enterByLink } from './live/session.ts';
import { update } from './live/store.ts';
import { loadView } from './parts/late-view.ts';
import { applyTheme } from './parts/theme.ts';
import { Shell } from './shell.ts';
import { html, render } from './vendor/preact.js';
import { VIEWS } from './views.ts';

/** The first view has its data by then. */
const OTHERS_AFTER_MS = 1000;

applyTheme();
const problem = await enterByLink();
if (problem !== null) update({ access: 'none', refusal: problem, takesToken: false });
followDaemon();
const place = document.querySelector('#app');
if (place !== null) {
  place.replaceChildren();
  render(html`<${Shell} />`, place);
}
// The others come meanwhile, so that they are there at once, also when the daemon is not; one that fails is loaded when it is wanted.
setTimeout(() => VIEWS.forEach((view) => void loadView(view).catch(() => {})), OTHERS_AFTER_MS);
