import { expect } from 'chai';
import * as fc from 'fast-check';
import { operationOf } from '../../../../lib/proxy/copy/operation.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

function operation(body: unknown, contentType = JSON_TYPE, soapAction = '', path = '/x'): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const head = { method: 'POST', path, fields: { contentType, soapAction } };
  return operationOf(head, Buffer.from(text));
}

describe('The operation of a request', () => {
  it('is that of GraphQL, by operationName or by the name of the query', () => {
    expect(operation({ operationName: 'Cart', query: 'query Other { a }' })).to.equal('Cart');
    expect(operation({ query: '\n  mutation AddItem($id: ID!) { add(id: $id) { id } }' })).to.equal(
      'AddItem',
    );
    expect(operation({ operationName: null, query: '{ me { id } }' })).to.equal('');
    const get = {
      method: 'GET',
      path: '/graphql?query=x&operationName=Me',
      fields: { contentType: '', soapAction: '' },
    };
    expect(operationOf(get, null)).to.equal('Me');
  });

  it('is the method of JSON-RPC, and batch for several', () => {
    expect(operation({ jsonrpc: '2.0', method: 'eth_call', id: 1 })).to.equal('eth_call');
    expect(
      operation([
        { jsonrpc: '2.0', method: 'a' },
        { jsonrpc: '2.0', method: 'b' },
      ]),
    ).to.equal('batch');
  });

  it('is the action of SOAP 1.1 and 1.2', () => {
    expect(operation('<x/>', 'text/xml', '"http://example.org/IPrices/GetPrice"')).to.equal(
      'GetPrice',
    );
    expect(operation('<x/>', 'text/xml', 'urn:GetPrice')).to.equal('GetPrice');
    const soap = 'application/soap+xml; charset=utf-8; action="http://example.org/prices#get"';
    expect(operation('<x/>', soap)).to.equal('get');
    expect(operation('<x/>', 'text/xml', '""')).to.equal('');
  });

  it('is none for anything else, whatever the bytes', () => {
    expect(operation({ method: 'card', amount: 7 })).to.equal('');
    expect(operation({ operationName: 'Robert"); --' })).to.equal('');
    expect(operation('{"query":"query X {', 'text/plain')).to.equal('');
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 5000 }),
        fc.string(),
        fc.string(),
        (bytes, type, action) => {
          const fields = { contentType: `json${type}`, soapAction: action };
          const found = operationOf({ method: 'POST', path: '/', fields }, Buffer.from(bytes));
          expect(found).to.match(/^(?:[A-Za-z_][\w.:-]{0,63})?$/);
        },
      ),
    );
  });

  it('takes no longer for a body made to slow it down', () => {
    const started = performance.now();
    const nasty = `{"query":"${'\\n'.repeat(2000)}x${' '.repeat(60_000)}`;
    for (let index = 0; index < 200; index++) operation(nasty);
    expect(performance.now() - started).to.be.below(1000);
  });

  it('takes no longer for a SOAPAction made to slow it down', () => {
    const started = performance.now();
    for (let index = 0; index < 50; index++) operation('', 'text/xml', `${'a'.repeat(60_000)}!`);
    expect(performance.now() - started).to.be.below(5000);
  });
});
