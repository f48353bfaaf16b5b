import { expect } from 'chai';
import { requestIdOfEntry, requestIdOfText } from '../../../../lib/logs/show/request-id.ts';

describe('the request id of a log line', () => {
  it('is found where the formats in use write it', () => {
    for (const entry of [
      { request_id: 'abc-1' },
      { requestId: 'abc-1' },
      { http: { request: { id: 'abc-1' } } },
      { mdc: { requestId: 'abc-1' } },
      { req: { id: 'abc-1' } },
      { 'X-Request-Id': 'abc-1' },
    ]) {
      expect(requestIdOfEntry(entry), JSON.stringify(entry)).to.equal('abc-1');
    }
    for (const line of [
      'INFO GET / request_id=abc-1 200',
      'X-Request-Id: abc-1',
      '[requestId="abc-1"] done',
      'trace_id: abc-1,',
    ]) {
      expect(requestIdOfText(line), line).to.equal('abc-1');
    }
  });

  it('is unknown where a line says nothing of the kind', () => {
    for (const entry of [
      {},
      { request_id: '' },
      { request_id: 7 },
      { requestId: 'x'.repeat(200) },
    ]) {
      expect(requestIdOfEntry(entry)).to.equal(null);
    }
    for (const line of ['', 'the request failed', 'request id', 'paid=7']) {
      expect(requestIdOfText(line), line).to.equal(null);
    }
  });
});
