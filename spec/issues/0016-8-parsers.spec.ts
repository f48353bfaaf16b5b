import { freshSeed, casesOr } from '../support/fuzz/property.ts';
import { PARSERS } from '../support/parsers/list.ts';
import { fuzzParser } from '../support/parsers/parser.ts';

const CASES = 1000;

describe('Whatever comes from outside', function () {
  this.timeout(600_000);

  for (const parser of PARSERS.values()) {
    it(`is parsed in bounds or declined with a reason: ${parser.name}`, () =>
      fuzzParser(parser, { cases: casesOr(CASES), seed: freshSeed() }));
  }
});
