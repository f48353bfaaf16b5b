import { expect } from 'chai';
import { fleetEndpoints, fleetName, fleetWaves, FormatError } from '../../../config/formats.ts';

describe('the settings of a fleet', () => {
  it('have waves of growing numbers or shares of hosts, all of them at the end', () => {
    expect(fleetWaves.parse('1, 25%, 100%')).to.deep.equal([
      { hosts: 1 },
      { share: 0.25 },
      { share: 1 },
    ]);
    expect(fleetWaves.parse('100%')).to.deep.equal([{ share: 1 }]);
    for (const [written, rule] of [
      ['1, 25%', /does not end with 100%/],
      ['none', /does not end with 100%/],
      ['50%, 25%, 100%', /no more hosts than the one before/],
      ['3, 2, 100%', /no more hosts than the one before/],
      ['0, 100%', /is not 1 to 1000 hosts/],
      ['0%, 100%', /has no hosts/],
      ['soon, 100%', /is not a share/],
    ] as const) {
      expect(() => fleetWaves.parse(written), written).to.throw(FormatError, rule);
    }
  });

  it('have endpoints with scheme, host and port, and no secret in them', () => {
    expect(fleetEndpoints.parse('http://10.0.0.1:2379, https://[fd00::1]:2379/')).to.deep.equal([
      'http://10.0.0.1:2379',
      'https://[fd00::1]:2379',
    ]);
    for (const [written, rule] of [
      ['10.0.0.1:2379', /is not an endpoint/],
      ['ftp://10.0.0.1', /is not an endpoint/],
      ['http://ann:secret@10.0.0.1:2379', /has a user in it/],
      ['http://10.0.0.1:2379/v3', /has a path/],
      [Array.from({ length: 10 }, (_, at) => `http://h${at}`).join(), /more than 9 endpoints/],
    ] as const) {
      expect(() => fleetEndpoints.parse(written), written).to.throw(FormatError, rule);
    }
  });

  it('have names that are one part of a key', () => {
    expect(fleetName.parse('shop-3.example.org')).to.equal('shop-3.example.org');
    expect(fleetName.parse('')).to.equal('');
    for (const written of ['a/b', 'a b', 'x'.repeat(201)]) {
      expect(() => fleetName.parse(written), written).to.throw(FormatError);
    }
  });
});
