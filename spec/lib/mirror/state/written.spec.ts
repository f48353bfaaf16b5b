import { expect } from 'chai';
import { BoundedMap } from '../../../../lib/model/bounded-map.ts';
import { Issued } from '../../../../lib/mirror/state/issued.ts';
import { StateMemory } from '../../../../lib/mirror/state/memory.ts';
import type { StateNote } from '../../../../lib/mirror/state/note.ts';
import { modeOf } from '../../../../lib/mirror/state/rules.ts';
import { WriteKnowledge } from '../../../../lib/mirror/state/write-knowledge.ts';
import { type Write, Written } from '../../../../lib/mirror/state/written.ts';

const ANNA = [1];
const BERIT = [2];

function write(changes: Partial<StateNote>): StateNote {
  const none = { handedOut: [], created: [], isCopied: false, isWrite: true };
  const { method = 'POST', path = '/cart/add' } = changes;
  return { method, path, client: ANNA, ...none, endpoint: `${method} ${path}`, ...changes };
}

describe('Writes that only running knows', () => {
  it('concern what their own client reads beside and below them', () => {
    const written = new Written();
    written.add(write({}));
    expect(written.above(ANNA, '/cart?x=1')).to.include({
      writer: 'own',
      endpoint: 'POST /cart/add',
    });
    expect(written.above(ANNA, '/cart/items/3')).to.include({ writer: 'own' });
    expect(written.above(ANNA, '/account')).to.equal(null);
    expect(written.above(BERIT, '/cart')).to.equal(null);
  });

  it('concern everybody who reads the list, what they changed, and what they created', () => {
    const written = new Written();
    written.add(write({ path: '/todos', created: ['/todos/17'] }));
    written.add(write({ method: 'PUT', path: '/lists/7' }));
    expect(written.above(BERIT, '/todos')).to.include({ writer: 'other', isCreated: false });
    expect(written.above(BERIT, '/todos/17')).to.include({ writer: 'other', isCreated: true });
    expect(written.above(BERIT, '/todos/17/notes')).to.include({ endpoint: 'POST /todos' });
    expect(written.above(BERIT, '/todos/5')).to.equal(null);
    expect(written.above(BERIT, '/lists/7/x')).to.include({ endpoint: 'PUT /lists/7' });
    expect(written.above(BERIT, '/lists')).to.include({ writer: 'other' });
    expect(written.above(BERIT, '/lists/8')).to.equal(null);
  });

  it('concern a list and a thing in whatever form they are read', () => {
    const written = new Written();
    written.add(write({ method: 'PUT', path: '/wiki/pages/a', client: ANNA }));
    expect(written.above(ANNA, '/wiki/pages.json?filter=x')).to.include({ writer: 'own' });
    expect(written.above(BERIT, '/wiki/pages.json')).to.include({ writer: 'other' });
    expect(written.above(BERIT, '/wiki/pages/a.html')).to.include({ writer: 'other' });
    expect(written.above(BERIT, '/wiki/pages/b.html')).to.equal(null);
    expect(written.above(BERIT, '/wiki/pages.zip')).to.equal(null);
  });

  it('stay bounded: those of long ago are forgotten', () => {
    const written = new Written();
    for (let index = 0; index < 30_000; index++) {
      written.add(write({ client: [index + 10], path: `/things/${index}/parts` }));
    }
    expect(written.above([10], '/things/0/parts')).to.equal(null);
    expect(written.above([30_009], '/things/29999/parts')).to.include({ writer: 'own' });
  });

  const own: Write = { writer: 'own', endpoint: 'POST /x', isCreated: false };
  const other: Write = { ...own, writer: 'other' };
  const read = (endpoint: string, written: Write | null, differs: boolean) => ({
    endpoint,
    write: written,
    places: differs ? [`value $.at ${endpoint}`] : [],
    isFound: true,
    isFoundByTesting: !differs,
  });

  it('are known to testing where reads below them differ no more than others', () => {
    const knowledge = new WriteKnowledge();
    expect(knowledge.knows('GET /cart', own)).to.equal(null);
    for (let index = 0; index < 10; index++) {
      knowledge.observe(read('GET /cart', null, index < 5));
      knowledge.observe(read('GET /cart', own, index < 5));
      knowledge.observe(read('GET /todos', null, false));
      knowledge.observe(read('GET /todos', own, true));
    }
    expect(knowledge.knows('GET /cart', own)).to.equal(true);
    expect(knowledge.knows('GET /todos', own)).to.equal(false);
    expect(knowledge.knows('GET /todos', other)).to.equal(null);
  });

  it('explain no difference that is everywhere, such as a version in each response', () => {
    const knowledge = new WriteKnowledge();
    const everywhere = { isFound: true, isFoundByTesting: true, places: ['value $.version'] };
    for (let index = 0; index < 5; index++) {
      knowledge.observe({ ...everywhere, endpoint: 'GET /', write: null });
    }
    const missing = [...everywhere.places, 'missing $.items[]'];
    for (let index = 0; index < 5; index++) {
      knowledge.observe({ ...everywhere, endpoint: 'GET /orders/{id}', write: own });
      knowledge.observe({ ...everywhere, endpoint: 'GET /cart', write: own, places: missing });
    }
    expect(knowledge.knows('GET /orders/{id}', own)).to.equal(true);
    expect(knowledge.knows('GET /cart', own)).to.equal(false);
  });

  it('are known to testing, wherever they are read, once it has what they created', () => {
    const knowledge = new WriteKnowledge();
    const created = { ...other, isCreated: true };
    for (let index = 0; index < 5; index++) knowledge.observe(read('GET /todos', other, true));
    expect(knowledge.knows('GET /todos', other)).to.equal(false);
    for (let index = 0; index < 3; index++)
      knowledge.observe(read('GET /todos/{id}', created, false));
    expect(knowledge.knows('GET /todos', other)).to.equal(true);
    expect(knowledge.knows('GET /todos', { ...other, endpoint: 'POST /y' })).to.equal(false);
    for (let index = 0; index < 3; index++)
      knowledge.observe(read('GET /todos/{id}', created, true));
    expect(knowledge.knows('GET /todos', other)).to.equal(false);
  });
});

describe('What running handed out since its start', () => {
  const login = write({ path: '/login', handedOut: [7] });

  it('is remembered with the first request that made running do so, over workers and tests', () => {
    const memory = new StateMemory();
    memory.add(login);
    memory.add(write({ method: 'GET', path: '/account', handedOut: [7], isWrite: false }));
    const issued = new Issued();
    issued.restore(memory.snapshot().issued);
    expect(issued.sourceOf(7)).to.deep.equal({ endpoint: 'POST /login', isCopied: false });
    expect(issued.sourceOf(8)).to.equal(null);
    memory.clear();
    expect(memory.snapshot().issued.values.length).to.equal(0);
  });

  it('stays bounded in values and sources', () => {
    const issued = new Issued();
    for (let index = 0; index < 60_000; index++) {
      issued.add(write({ path: `/login/${index}`, handedOut: [index] }));
    }
    const { values, sources } = issued.snapshot();
    expect(values.length).to.equal(100_000);
    expect(sources.length).to.equal(200);
    expect(issued.sourceOf(0)).to.equal(null);
    expect(issued.sourceOf(59_999)).to.not.equal(null);
  });
});

describe('The rule for the state of a path', () => {
  it('is the first whose path is this one or above it', () => {
    const rules = [
      { path: '/cart', mode: 'own' as const },
      { path: '', mode: 'shared' as const },
    ];
    expect(['/cart', '/cart/3', '/cartoon', '/'].map((path) => modeOf(rules, path))).to.deep.equal([
      'own',
      'own',
      'shared',
      'shared',
    ]);
    expect(modeOf([], '/')).to.equal('auto');
  });
});

describe('A bounded map', () => {
  it('gives up what was used longest ago', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.use('a');
    expect(map.set('c', 3)).to.equal(2);
    expect([...map.entries()]).to.deep.equal([
      ['a', 1],
      ['c', 3],
    ]);
  });
});
