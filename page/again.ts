/** How often a page that could not be loaded was loaded anew since it last was whole. */
const TRIES = 'vili.tries';
/** Between two tries, ms; doubled each time. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/*
 * The page is many modules, and one that does not come, because the daemon stops just then or is asked for too much, leaves it
 * empty: this asks once more, then says so and loads all anew, since some browsers keep the failure of a module.
 */
try {
  await import('./app.js');
  sessionStorage.removeItem(TRIES);
} catch (error) {
  const tries = Number(sessionStorage.getItem(TRIES) ?? 0);
  const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
  sessionStorage.setItem(TRIES, String(tries + 1));
  const text = document.createElement('p');
  text.className = 'first';
  text.setAttribute('role', 'alert');
  text.textContent = `The page could not be loaded (${String(error)}). It tries again in ${waitMs / 1000} s.`;
  document.querySelector('#app')?.replaceChildren(text);
  setTimeout(() => location.reload(), waitMs);
}
