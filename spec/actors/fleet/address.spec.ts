import { expect } from 'chai';
import { addressOf } from '../../../actors/fleet/address.ts';

describe('The address that a host tells the others', () => {
  it('is where they may ask it, and nothing where only it may', () => {
    expect(addressOf({ listen: '10.0.0.1:9090', cert: '' })).to.equal('http://10.0.0.1:9090');
    expect(addressOf({ listen: 'shop-1:9090', cert: 'tls.pem' })).to.equal('https://shop-1:9090');
    expect(addressOf({ listen: '[fd00::1]:9090', cert: '' })).to.equal('http://[fd00::1]:9090');
    for (const listen of [
      null,
      '127.0.0.1:9090',
      '127.8.0.1:9090',
      'localhost:9090',
      '[::1]:9090',
    ]) {
      expect(addressOf({ listen, cert: '' }), String(listen)).to.equal('');
    }
  });
});
