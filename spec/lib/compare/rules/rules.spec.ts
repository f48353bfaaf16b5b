import { expect } from 'chai';
import fc from 'fast-check';
import { createFindings, type Found } from '../../../../lib/compare/findings.ts';
import { compareJson } from '../../../../lib/compare/json/difference.ts';
import { parseJson } from '../../../../lib/compare/json/parse.ts';
import { comparePair } from '../../../../lib/compare/pair.ts';
import { createRuleBook } from '../../../../lib/compare/rules/rules.ts';
import type { CompareRule, RuleAction } from '../../../../lib/model/traffic-rules.ts';
import { DEFAULT_COMPARE_SETTINGS } from '../../../support/default-settings.ts';

describe('comparison rules', () => {
  it('ignore a path and everything below it, and report that they did', () => {
    const rules = [rule('$.meta', { action: 'ignore' }), rule('$..at', { action: 'ignore' })];
    const found = between(
      rules,
      { meta: { a: 1 }, items: [{ at: 1, n: 1 }], at: 'x' },
      { meta: 7, items: [{ n: 1 }], at: 'x' },
    );
    expect(found).to.deep.include({ differences: [], differs: false });
    expect(found.skipped).to.have.members(['$.meta', '$.items[].at']);
    expect(between(rules, { name: 1 }, { name: '1' }).differs).to.equal(true);
  });

  it('let numbers differ by an amount or a share', () => {
    const within = (amount: number, relative: boolean, ours: unknown, theirs: unknown) =>
      between([rule('$.n', { action: 'tolerance', amount, relative })], { n: ours }, { n: theirs })
        .differences.length === 0;
    expect(within(0.1, false, 0.3, 0.2)).to.equal(true);
    expect(within(0.1, false, 0.3, 0.19)).to.equal(false);
    expect(within(0.01, true, 1000, 1009)).to.equal(true);
    expect(within(0.01, true, 1000, 1020)).to.equal(false);
    expect(within(5, false, 1, '1')).to.equal(false);
    expect(within(5, false, 1, null)).to.equal(false);
  });

  it('treat an array as a set, in which the contents count but not the order', () => {
    const rules = [rule('$.tags', { action: 'unordered' })];
    const tags = fc.array(fc.oneof(fc.integer(), fc.string(), fc.record({ a: fc.nat(3) })));
    fc.assert(
      fc.property(tags, fc.nat(), (list, turn) => {
        const at = list.length === 0 ? 0 : turn % list.length;
        const turned = [...list.slice(at), ...list.slice(0, at)].toReversed();
        expect(between(rules, { tags: list }, { tags: turned }).differences).to.deep.equal([]);
        const more = between(rules, { tags: [...list, 'gone'] }, { tags: turned });
        expect(more.differences.map(({ kind }) => kind)).to.deep.equal(['missing']);
      }),
    );
    const found = between(
      rules,
      { tags: [{ n: 1 }, { n: 2 }, { n: 3 }] },
      { tags: [{ n: 3 }, { n: '2' }, { n: 1 }] },
    );
    expect(found.differences).to.deep.equal([
      { kind: 'type', path: '$.tags[].n', running: '2', testing: '"2"' },
    ]);
  });

  it('match half a million equal elements without comparing each with all others', function () {
    this.timeout(5000);
    const rules = [rule('$', { action: 'unordered' })];
    const many = '1,'.repeat(500_000);
    const { differences } = betweenTexts(rules, `[${many}2,3]`, `[3,${many}"2"]`);
    expect(differences).to.deep.equal([
      { kind: 'type', path: '$[]', running: '2', testing: '"2"' },
    ]);
  });

  it('treat sets as equal that differ only where a rule ignores it', () => {
    const rules = [
      rule('$.tags', { action: 'unordered' }),
      rule('$.tags[].at', { action: 'ignore' }),
    ];
    const [ours, theirs] = [
      [1, 2, 3],
      [3, 1, 2],
    ].map((ids, side) => ({
      tags: ids.map((id) => ({ id, at: id * 10 + side })),
    }));
    expect(between(rules, ours, theirs).differences).to.deep.equal([]);
  });

  it('pair the objects of an array by a field', () => {
    const rules = [rule('$.items', { action: 'key', key: 'id' })];
    const ours = { items: [{ id: 1, price: 1 }, { id: 2, price: 2 }, { id: 4 }] };
    const theirs = { items: [{ id: 5 }, { id: 2, price: '2' }, { id: 1, price: 1 }] };
    expect(between(rules, ours, theirs).differences).to.have.deep.members([
      { kind: 'type', path: '$.items[].price', running: '2', testing: '"2"' },
      { kind: 'missing', path: '$.items[]', running: 'object with 1 keys' },
      { kind: 'extra', path: '$.items[]', testing: 'object with 1 keys' },
    ]);
  });

  it('apply to the endpoints they name, whatever the query', () => {
    const book = createRuleBook([
      { endpoint: 'GET /items/{id}', path: '$.a', action: 'ignore' },
      { endpoint: '/files/*', path: 'header:X-Trace', action: 'ignore' },
    ]);
    expect(book('GET', '/items/7?full=1')?.ignores(['a'])).to.equal(true);
    expect(book('POST', '/items/7')).to.equal(null);
    expect(book('GET', '/items')).to.equal(null);
    expect(book('PUT', '/files/a/b')?.ignoresHeader('x-trace')).to.equal(true);
  });

  it('ignore headers, and whole bodies that are not JSON', () => {
    const responseWith = (type: string, text: string) => ({
      status: 200,
      headers: ['Content-Type', type],
      bytes: Buffer.from(text),
      length: text.length,
      digest: null,
      cut: false,
    });
    const paths = ['header:content-type', '$'];
    const rules = createRuleBook(paths.map((path) => rule(path, { action: 'ignore' })));
    const context = {
      rules: rules('GET', '/'),
      isMasked: () => false,
      isNoise: () => false,
      maskText: (text: string) => text,
      isNamedValue: () => false,
      isMaskedHeader: () => false,
    };
    const [html, text] = [responseWith('text/html', 'a'), responseWith('text/plain', 'b')];
    const found = comparePair(DEFAULT_COMPARE_SETTINGS, 'GET', html, text, context);
    expect(found.differences).to.deep.equal([]);
    expect(found.skipped).to.have.members(['$', 'content-type']);
  });

  it('never affect other places, and never fail on any document', () => {
    const rules = ['$..a', '$.b[].c', '$.*'].map((path) => rule(path, { action: 'unordered' }));
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (ours, theirs) => {
        expect(between(rules, ours, ours).differences).to.deep.equal([]);
        between(rules, ours, theirs);
      }),
    );
    const deep = `${'[['.repeat(4000)}1${']]'.repeat(4000)}`;
    const sets = [rule('$', { action: 'unordered' })];
    expect(betweenTexts(sets, deep, deep.replace('1', '2')).differences).to.have.length(1);
  });

  describe('applied together', () => {
    const set = (path: string) => rule(path, { action: 'unordered' });
    const near = (path: string, amount: number) =>
      rule(path, { action: 'tolerance', amount, relative: false });

    it('find data equal that is shuffled on two levels', () => {
      const rules = [set('$.groups'), set('$.groups[].tags')];
      const ours = {
        groups: [
          { id: 1, tags: ['a', 'b', 'c'] },
          { id: 2, tags: ['c', 'd'] },
          { id: 3, tags: [] },
        ],
      };
      const theirs = {
        groups: [
          { id: 3, tags: [] },
          { id: 2, tags: ['d', 'c'] },
          { id: 1, tags: ['b', 'c', 'a'] },
        ],
      };
      expect(between(rules, ours, theirs).differences).to.deep.equal([]);
    });

    it('tell one changed element as what it is, however shuffled the rest', () => {
      const rules = [set('$.groups'), set('$.groups[].tags')];
      const ours = {
        groups: [
          { id: 1, tags: ['a', 'b'] },
          { id: 2, tags: ['c'], note: 'x' },
        ],
      };
      const theirs = {
        groups: [
          { id: 2, tags: ['c'] },
          { id: 1, tags: ['b', 'a'] },
        ],
      };
      expect(between(rules, ours, theirs).differences).to.deep.equal([
        { kind: 'missing', path: '$.groups[].note', running: '"x"' },
      ]);
      const renamed = {
        groups: [
          { id: 2, tags: ['c'], note: 'y' },
          { id: 1, tags: ['b', 'a'] },
        ],
      };
      expect(between(rules, ours, renamed).differences.map(({ path }) => path)).to.deep.equal([
        '$.groups[].note',
      ]);
    });

    it('match numbers of a set that a tolerance lets differ, also where the first choice is the wrong one', () => {
      const rules = [set('$.n'), near('$.n[]', 0.1)];
      const found = between(rules, { n: [1, 1.1] }, { n: [1.2, 1.1] });
      expect(found.differences).to.deep.equal([]);
      expect(found.skipped).to.deep.equal(['$.n[]']);
      expect(between(rules, { n: [1, 1.1] }, { n: [1.25, 1.1] }).differences).to.have.length(1);
    });

    it('match objects with several tolerated numbers as an assignment', () => {
      const rules = [set('$'), near('$[].x', 1), near('$[].y', 1)];
      const ours = [
        { x: 0, y: 0 },
        { x: 1, y: 5 },
        { x: 1, y: 1 },
      ];
      const theirs = [
        { x: 1, y: 1 },
        { x: 2, y: 2 },
        { x: 0, y: 4 },
      ];
      expect(between(rules, ours, theirs).differences).to.deep.equal([]);
    });

    it('pair objects by a key that several have, those first that differ least', () => {
      const rules = [rule('$', { action: 'key', key: 'sku' }), set('$[].sizes')];
      const ours = [
        { sku: 1, sizes: [1, 2], at: 'a' },
        { sku: 1, sizes: [3], at: 'b' },
      ];
      const theirs = [
        { sku: 1, sizes: [3], at: 'b' },
        { sku: 1, sizes: [2, 1], at: 'a' },
      ];
      expect(between(rules, ours, theirs).differences).to.deep.equal([]);
      const without = (list: readonly object[]) => list.map((one) => ({ ...one, sku: undefined }));
      expect(between(rules, without(ours), without(theirs)).differences).to.deep.equal([]);
    });

    it('prefer a key to a set at the same place', () => {
      const rules = [set('$'), rule('$', { action: 'key', key: 'id' })];
      const found = between(
        rules,
        [
          { id: 1, a: 1 },
          { id: 2, a: 2 },
        ],
        [
          { id: 2, a: 1 },
          { id: 1, a: 1 },
        ],
      );
      expect(found.differences).to.deep.equal([
        { kind: 'value', path: '$[].a', running: '2', testing: '1' },
      ]);
    });

    it('pair many elements that all differ in one field by another one that tells them apart', () => {
      const rules = [set('$')];
      const list = (views: number) =>
        Array.from({ length: 300 }, (_, n) => ({
          kind: 'item',
          id: n,
          name: `n${n % 7}`,
          views: views + n,
        }));
      const found = between(rules, list(0), list(5).toReversed());
      expect(found.differences.map(({ kind, path }) => [kind, path])).to.deep.equal([
        ['value', '$[].views'],
      ]);
    });

    it('find any data equal that differs only in what they allow', () => {
      const item = fc.record({
        id: fc.nat(3),
        price: fc.nat(30),
        tags: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 }),
        parts: fc.array(fc.record({ w: fc.nat(9), at: fc.nat(99) }), { maxLength: 3 }),
      });
      const rules = [
        set('$.items'),
        set('$.items[].tags'),
        set('$.items[].parts'),
        near('$.items[].price', 2),
        near('$..w', 1),
        rule('$..at', { action: 'ignore' }),
      ];
      fc.assert(
        fc.property(
          fc.array(item, { maxLength: 8 }),
          fc.infiniteStream(fc.nat(1000)),
          (items, draws) => {
            const draw = (below: number): number => (draws.next().value ?? 0) % below;
            const shuffled = <T>(list: readonly T[]): T[] =>
              list
                .map((one) => [draw(1000), one] as const)
                .sort(([a], [b]) => a - b)
                .map(([, one]) => one);
            const theirs = shuffled(items).map((one) => ({
              parts: shuffled(one.parts).map(({ w }) => ({ at: draw(9), w: w + draw(3) - 1 })),
              price: one.price + draw(5) - 2,
              tags: shuffled(one.tags),
              id: one.id,
            }));
            expect(between(rules, { items }, { items: theirs }).differences).to.deep.equal([]);
          },
        ),
        { numRuns: 500 },
      );
    });

    it('cost no more than a moment, whatever a version sends', function () {
      this.timeout(20_000);
      const places = Array.from({ length: 6 }, (_, depth) => `$${'[]'.repeat(depth)}`);
      const rules = ['$..a', '$..a[]', ...places].flatMap((path) => [set(path), near(path, 1)]);
      const numbers = (from: number) =>
        Array.from({ length: 20_000 }, (_, n) => ((n * 7919) % 60_000) + from);
      const rows = (from: number) =>
        Array.from({ length: 32 }, (_, n) =>
          Array.from({ length: 200 }, (__, m) => ({ a: [n, m + from, [m]] })),
        );
      const nested = (from: number): unknown => {
        let value: unknown = numbers(from);
        for (let depth = 0; depth < 60; depth++) value = [value, depth + from];
        return value;
      };
      for (const make of [numbers, rows, nested]) {
        const before = process.cpuUsage();
        between(rules, make(0), make(3));
        const { user } = process.cpuUsage(before);
        expect(user / 1000, make.name).to.be.lessThan(3000);
      }
    });
  });
});

// Private

function rule(path: string, action: RuleAction): CompareRule {
  return { endpoint: null, path, ...action };
}

function between(rules: readonly CompareRule[], running: unknown, testing: unknown): Found {
  return betweenTexts(rules, JSON.stringify(running), JSON.stringify(testing));
}

function betweenTexts(rules: readonly CompareRule[], running: string, testing: string): Found {
  const findings = createFindings(DEFAULT_COMPARE_SETTINGS);
  const parsed = [running, testing].map((it) => parseJson(Buffer.from(it)));
  const [ours, theirs] = parsed.map((it) => (it.ok ? it.value : null));
  const found = {
    rules: createRuleBook(rules)('GET', '/'),
    isMasked: () => false,
    maskText: (text: string) => text,
    isNamedValue: () => false,
  };
  compareJson(ours, theirs, 64, findings, found);
  return findings.result();
}
