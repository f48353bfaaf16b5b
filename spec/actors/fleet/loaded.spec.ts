import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const BUILT = fileURLToPath(new URL('../../../', import.meta.url));
/** `from './x.js'` and `import './x.js'`; what is imported later on is `import('./x.js')`. */
const STATIC_IMPORT = /(?:\bfrom|\bimport)\s+'(\.[^']+\.js)'/g;
/** What checks a setting, what loads the rest, and by how much stricter a host of several is. */
const ALLOWED = [
  'actors/fleet/authorities.js',
  'actors/fleet/spec.js',
  'lib/fleet/evidence/veto.js',
];

/** All that node loads with a built file before it runs it. */
function loadedWith(path: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, name = ''] of readFileSync(path, 'utf8').matchAll(STATIC_IMPORT)) {
    loadedWith(join(dirname(path), name), found);
  }
  return found;
}

describe('Where fleet.endpoints is not set', () => {
  it('nothing of the fleet is loaded when Vili starts', () => {
    const loaded = [...loadedWith(join(BUILT, 'actors/app/main.js'))];
    const names = loaded.map((path) => relative(BUILT, path));
    expect(names).to.include('actors/root.js');
    const ofFleet = names.filter((name) => /^(?:lib|actors)\/fleet\//.test(name));
    expect(ofFleet.toSorted()).to.deep.equal(ALLOWED);
  });

  it('what is loaded with it would be seen', () => {
    const loaded = [...loadedWith(join(BUILT, 'actors/fleet/deps.js'))];
    expect(loaded).to.include(join(BUILT, 'lib/fleet/engine/etcd/transport.js'));
  });
});
