import { expect } from 'chai';
import * as fc from 'fast-check';
import { isIdentifier } from '../../../../lib/compare/endpoint/segment.ts';
import { createFindings } from '../../../../lib/compare/findings.ts';
import { compareJson, sameJson } from '../../../../lib/compare/json/difference.ts';
import { parseJson } from '../../../../lib/compare/json/parse.ts';
import type { Difference } from '../../../../lib/compare/outcome.ts';

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

describe('the JSON comparison', () => {
  it('names each difference by kind and path', () => {
    const running = '{"a":1,"items":[{"price":1,"name":"x"}],"gone":null,"kind":"1"}';
    const testing = '{"kind":1,"items":[{"name":"y","price":1}],"a":2,"more":[]}';
    expect(between(running, testing)).to.have.deep.members([
      { kind: 'value', path: '$.a', running: '1', testing: '2' },
      { kind: 'value', path: '$.items[].name', running: '"x"', testing: '"y"' },
      { kind: 'missing', path: '$.gone', running: 'null' },
      { kind: 'type', path: '$.kind', running: '"1"', testing: '1' },
      { kind: 'extra', path: '$.more', testing: 'array of 0' },
    ]);
  });

  it('takes keys that are identifiers as one place, and text with an at sign as a name', () => {
    const path = (key: string) => between(JSON.stringify({ [key]: 1 }), '{}')[0]?.path;
    expect(path('ann@example.org')).to.equal('$["{id}"]');
    expect(path('12345678')).to.equal('$["{id}"]');
    expect(path('1234567')).to.equal('$["1234567"]');
    expect(path('write us @ example.org')).to.equal('$["write us @ example.org"]');
  });

  it('finds no difference in another order of keys and other whitespace', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(), (value, seed) => {
        const shuffled = JSON.stringify(reordered(value, seed), null, seed % 5);
        expect(between(JSON.stringify(value), shuffled)).to.deep.equal([]);
      }),
    );
  });

  it('finds every single mutation at its path', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(), fc.nat(), (value, where, how) => {
        const text = JSON.stringify(value);
        const copy: unknown = JSON.parse(text);
        const places = placesOf(copy);
        const place = places[where % places.length];
        if (place === undefined) return;
        const mutated = mutate(copy, place, how % 4);
        const found = between(text, JSON.stringify(mutated.value));
        expect(found.map(({ kind, path }) => ({ kind, path }))).to.deep.equal([
          { kind: mutated.kind, path: mutated.path },
        ]);
      }),
    );
  });

  it('distinguishes integers of 16 digits or more to the last digit', () => {
    const running = '{"id":1234567890123456789,"ids":[-9007199254740993],"t":"12345678901234567"}';
    const testing = '{"id":1234567890123456788,"ids":[-9007199254740992],"t":"12345678901234567"}';
    expect(between(running, testing)).to.deep.equal([
      {
        kind: 'value',
        path: '$.id',
        running: '1234567890123456789',
        testing: '1234567890123456788',
      },
      {
        kind: 'value',
        path: '$.ids[]',
        running: '-9007199254740993',
        testing: '-9007199254740992',
      },
    ]);
    expect(between(running, running)).to.deep.equal([]);
  });

  it('takes two spellings of an integer as equal, and a string of digits as a string', () => {
    expect(between('[100000000000000000000]', '[1e20]')).to.deep.equal([]);
    expect(between('[100000000000000000001]', '[1e20]')).to.have.length(1);
    expect(between('[0.30000000000000004]', '[3.0000000000000004e-1]')).to.deep.equal([]);
    expect(between('[12345678901234567]', '["12345678901234567"]')[0]?.kind).to.equal('type');
    expect(between(`[${'9'.repeat(100_000)}]`, '[1]')).to.have.length(1);
  });

  it('parses long integers wherever they occur, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.string(), fc.bigInt(), fc.double({ noNaN: true, noDefaultInfinity: true })),
        ),
        (values) => {
          const text = `[${values.map((value) => (typeof value === 'bigint' ? String(value) : JSON.stringify(value))).join(', ')}]`;
          const strings = values.filter((value) => typeof value === 'string');
          const parsed = parseJson(Buffer.from(text));
          expect(parsed.ok).to.equal(true);
          const list = (parsed.ok ? parsed.value : []) as unknown[];
          expect(list.filter((_, index) => typeof values[index] === 'string')).to.deep.equal(
            strings.map((value) => JSON.parse(JSON.stringify(value)) as unknown),
          );
        },
      ),
    );
    expect(parseJson(Buffer.from('{12345678901234567:1}')).ok).to.equal(false);
    expect(parseJson(Buffer.from('[012345678901234567]')).ok).to.equal(false);
  });

  it('treats __proto__ and duplicate keys as data', () => {
    const proto = '{"__proto__":{"admin":true},"constructor":1}';
    expect(between(proto, proto)).to.deep.equal([]);
    expect(between(proto, '{"constructor":1}')).to.deep.equal([
      { kind: 'missing', path: '$.__proto__', running: 'object with 1 keys' },
    ]);
    expect(between('{"toString":1}', '{}')[0]?.kind).to.equal('missing');
    expect(between('{"a":1,"a":2}', '{"a":2}')).to.deep.equal([]);
  });

  it('survives 10,000 levels and finds a difference at the bottom', () => {
    expect(between(deep('1'), deep('1'))).to.deep.equal([]);
    const [found] = between(deep('1'), deep('2'));
    expect(found?.kind).to.equal('value');
    expect(found?.path).to.equal(`$${'[]'.repeat(64)}`);
    expect(between(objects('1'), objects('"1"'))).to.have.length(1);
  });

  it('recognizes equal documents without recursion', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        expect(sameJson(left, reordered(left, 3))).to.equal(true);
        expect(sameJson(left, right)).to.equal(
          between(JSON.stringify(left), JSON.stringify(right)).length === 0,
        );
      }),
    );
  });

  it('bounds the number of differences and puts those that count first', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`v${index}`, 1]));
    const changed = Object.fromEntries(Object.keys(many).map((key) => [key, 2]));
    const found = between(JSON.stringify({ ...many, last: 1 }), JSON.stringify(changed));
    expect(found).to.have.length(20);
    expect(found[0]).to.include({ kind: 'missing', path: '$.last' });
  });

  it('cuts long renderings and paths', () => {
    const key = 'k'.repeat(5000);
    const [found] = between(`{"${key}":"${'v'.repeat(5000)}"}`, '{}');
    expect(found?.path.length).to.be.at.most(100);
    expect(found?.running?.length).to.equal(80);
  });
});

// Private

function deep(core: string): string {
  return `${'['.repeat(10_000)}${core}${']'.repeat(10_000)}`;
}

function objects(core: string): string {
  return `${'{"a":'.repeat(10_000)}${core}${'}'.repeat(10_000)}`;
}

function between(running: string, testing: string): readonly Difference[] {
  const [left, right] = [parseJson(Buffer.from(running)), parseJson(Buffer.from(testing))];
  if (!left.ok || !right.ok) throw new Error('a document of this spec is not JSON');
  const findings = createFindings({ shape: 'block', values: 'report', maxDifferences: 20 });
  compareJson(left.value, right.value, 64, findings);
  return findings.result().differences;
}

function reordered(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((item) => reordered(item, seed));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, reordered(item, seed)] as const);
  const turn = entries.length === 0 ? 0 : seed % entries.length;
  return Object.fromEntries([...entries.slice(turn), ...entries.slice(0, turn)].toReversed());
}

type Place = (string | number)[];

function placesOf(value: unknown, path: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [
    path,
    ...[...keys].flatMap((key) =>
      placesOf((value as Record<string, unknown>)[key], [...path, key]),
    ),
  ];
}

/** Changes the value at the place and returns the expected difference. */
function mutate(
  root: unknown,
  place: Place,
  how: number,
): { value: unknown; kind: string; path: string } {
  const holder: { root: unknown } = { root };
  let parent = holder as Record<string, unknown>;
  let last: string | number = 'root';
  for (const key of place) {
    parent = parent[last] as Record<string, unknown>;
    last = key;
  }
  const path = `$${place.map(pathPart).join('')}`;
  const old = parent[last];
  if (how === 0 && typeof last === 'string' && place.length > 0) {
    delete parent[last];
    return { value: holder.root, kind: 'missing', path };
  }
  if (how === 1 && typeof old === 'string') {
    parent[last] = `${old}!`;
    return { value: holder.root, kind: 'value', path };
  }
  if (how === 2 && typeof old === 'boolean') {
    parent[last] = !old;
    return { value: holder.root, kind: 'value', path };
  }
  parent[last] = Array.isArray(old) ? {} : [];
  return { value: holder.root, kind: 'type', path };
}

function pathPart(key: string | number): string {
  if (typeof key === 'number') return '[]';
  if (IDENTIFIER.test(key)) return `.${key}`;
  if (key.length >= 8 && isIdentifier(key)) return '["{id}"]';
  return `[${JSON.stringify(key.replace(/[\p{Cc}\u2028\u2029]/gu, '\uFFFD'))}]`;
}
