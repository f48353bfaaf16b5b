import { expect } from 'chai';
import fc from 'fast-check';
import { natureOf } from '../../../../../lib/verdict/signals/content/tells-process.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const nature = (path: string, running: string, testing: string) =>
  natureOf(path, running, testing, NOW);

describe('A value that differs between two versions', () => {
  it('may tell the version: by its name, or by what it looks like', () => {
    for (const [path, running, testing] of [
      ['$.version', '"1.4.2"', '"1.5.0"'],
      ['$.version', '142', '143'],
      ['$.app.buildNumber', '881', '902'],
      ['$.git_commit', '"main"', '"hotfix"'],
      ['$.build.number', '7', '8'],
      ['$.info', '"shop 1.4.2 (3f9ac01b)"', '"shop 1.5.0 (77ab01cd)"'],
      ['$.about', '"1.4-SNAPSHOT"', '"1.5-SNAPSHOT"'],
      ['$.id', '"0b7c9d1e-1111-4222-8333-944455556666"', '"aa7c9d1e-1111-4222-8333-944455556666"'],
      ['$.folder', '"/srv/shop-1.4.2/1_running"', '"/srv/shop-1.5.0/2_test"'],
    ] as const) {
      expect(nature(path, running, testing), `${path} ${running} ${testing}`).to.equal('constant');
    }
  });

  it('may tell the process: its id, port, role, start, or an address of its own', () => {
    expect(nature('$.pid', '411', '7012')).to.equal('constant');
    expect(nature('$.serverPort', '9400', '9401')).to.equal('constant');
    expect(nature('$.role', '"running"', '"test"')).to.equal('constant');
    expect(nature('$.since', '"2025-12-24T08:00:00Z"', '"2026-02-20T12:00:00Z"')).to.equal(
      'constant',
    );
    expect(nature('$.self', '"http://localhost:9400/a"', '"http://localhost:9401/a"')).to.equal(
      'moment',
    );
  });

  it('may be a time of now, which a cache of each process keeps for a while', () => {
    expect(nature('$.at', `${NOW - 3000}`, `${NOW - 61_000}`)).to.equal('moment');
    expect(nature('$.at', '"2026-03-01T11:59:00.123Z"', '"2026-03-01T11:58:01.001Z"')).to.equal(
      'moment',
    );
    expect(
      nature('$.at', '"Sun, 01 Mar 2026 11:59:00 GMT"', '"Sun, 01 Mar 2026 11:58:00 GMT"'),
    ).to.equal('moment');
  });

  it('is real where it says anything else', () => {
    for (const [path, running, testing] of [
      ['$.price', '42', '0'],
      ['$.price', '"42.00"', '"0.00"'],
      ['$.items[].name', '"kettle"', '""'],
      ['$.inStock', 'true', 'false'],
      ['$.total', '1700', '17'],
      ['$.conversion', '0.5', '5'],
      ['$.importance', '"high"', '"low"'],
      ['$.createdAt', '"2011-05-01T10:00:00Z"', '"2011-05-01T12:00:00Z"'],
      ['$.due', '"2031-05-01T10:00:00Z"', '"2031-05-02T10:00:00Z"'],
    ] as const) {
      expect(nature(path, running, testing), `${path} ${running} ${testing}`).to.equal('real');
    }
  });

  it('is never shown where both are masked, and nothing is held for it', () => {
    expect(nature('$.token', '[masked]', '[masked]')).to.equal('moment');
  });

  it('has a nature whatever it is, in no time', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 120 }),
      fc.string({ unit: fc.constantFrom('1', '.', '-', 'a', '9', ':', ' '), maxLength: 120 }),
    );
    fc.assert(
      fc.property(text, text, text, (path, running, testing) => {
        const began = performance.now();
        expect(['constant', 'moment', 'real']).to.include(nature(path, running, testing));
        expect(performance.now() - began).to.be.lessThan(200);
      }),
      { numRuns: 2000 },
    );
  });
});
