import { expect } from 'chai';
import fc from 'fast-check';
import type { ShadowResponse } from '../../../../../lib/mirror/request/requester.ts';
import { fieldsOf } from '../../../../../lib/mirror/state/twins/fields.ts';
import { twinsIn } from '../../../../../lib/mirror/state/twins/places.ts';
import { translated } from '../../../../../lib/mirror/state/twins/translate.ts';
import { mappedBack, Twins } from '../../../../../lib/mirror/state/twins/twins.ts';
import type { Exchange } from '../../../../../lib/model/exchange.ts';
import { exchangeOf, REFUSED } from '../../../../support/mirror-kit.ts';

const SEED = 15;
const OURS = 'running-0123456789';
const THEIRS = 'testing-9876543210';

const handing = (text: string, headers: string[] = []) => ({ headers, bytes: Buffer.from(text) });
const response = (text: string, headers: string[] = []): ShadowResponse => ({
  ...REFUSED,
  status: 200,
  failure: null,
  ...handing(text, headers),
});
const known = new Map([[OURS, THEIRS]]);
const send = (change: Partial<Exchange>): Exchange =>
  translated(
    exchangeOf(change),
    (value) => known.get(value),
    (path) => (path === '/todos/17' ? '3' : undefined),
  );

describe('What both hand out in the same place', () => {
  const json = (value: string) => `{"user":{"name":"Kari"},"auth":{"accessToken":"${value}"}}`;

  it('is a cookie, a token in JSON, the field of a form and the path of what was created', () => {
    const cookie = (value: string) => handing('', ['Set-Cookie', `sid=${value}; Path=/`]);
    expect(twinsIn('GET', '/', cookie(OURS), cookie(THEIRS))).to.deep.equal([
      { what: 'session', running: OURS, testing: THEIRS },
    ]);
    expect(twinsIn('POST', '/login', handing(json(OURS)), handing(json(THEIRS)))).to.deep.equal([
      { what: 'session', running: OURS, testing: THEIRS },
    ]);
    const form = (value: string) =>
      handing(`<form><input name=_csrf type=hidden value='${value}'></form>`);
    expect(twinsIn('GET', '/form', form(OURS), form(THEIRS))).to.deep.equal([
      { what: 'field', running: OURS, testing: THEIRS },
    ]);
    const created = (id: number) =>
      handing(`{"id":${id},"done":false}`, ['Location', `/todos/${id}`]);
    expect(twinsIn('POST', '/todos', created(17), created(3))[0]).to.deep.equal({
      what: 'path',
      running: '/todos/17',
      testing: '/todos/3',
    });
  });

  it('is nothing that is the same, short, or not named like a credential', () => {
    expect(twinsIn('GET', '/', handing(json(OURS)), handing(json(OURS)))).to.deep.equal([]);
    expect(twinsIn('GET', '/', handing('{"token":"a"}'), handing('{"token":"b"}'))).to.deep.equal(
      [],
    );
    const named = (value: string) => handing(`{"title":"${value}","id":7}`);
    expect(twinsIn('GET', '/', named(OURS), named(THEIRS))).to.deep.equal([]);
    expect(
      twinsIn('POST', '/a', handing('', ['Location', '/b/1']), handing('', ['Location', '/c/2'])),
    ).to.deep.equal([]);
  });

  it('is looked for within bounds in whatever a service sends', () => {
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    expect(twinsIn('GET', '/', handing(deep), handing(deep))).to.deep.equal([]);
    const many = (mark: string) =>
      handing(
        `[${Array.from({ length: 500 }, (_, at) => `{"token":"${mark}-${at}-0123456789"}`).join()}]`,
      );
    expect(twinsIn('GET', '/', many('a'), many('b')).length).to.equal(32);
    const unit = fc.constantFrom(
      '<input ',
      '<meta ',
      'name=',
      'value="',
      '"',
      '>',
      'csrf',
      ' ',
      "'",
      'x'.repeat(30),
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 200 }), (html) => {
        expect(fieldsOf(html).size).to.be.at.most(2000);
      }),
      { seed: SEED },
    );
  });

  it('is learned only from responses of one status that refuse nothing', () => {
    const twins = new Twins();
    const exchange = exchangeOf({ status: 200, responseHeaders: ['Set-Cookie', `sid=${OURS}`] });
    const testing = response('', ['Set-Cookie', `sid=${THEIRS}`]);
    expect(twins.found(exchange, testing).length).to.equal(1);
    for (const status of [201, 302, 401, 500, 0]) {
      expect(twins.found(exchange, { ...testing, status })).to.deep.equal([]);
    }
    expect(twins.found({ ...exchange, status: 403 }, { ...testing, status: 403 })).to.deep.equal(
      [],
    );
  });
});

describe('A copy', () => {
  it('carries testing’s value wherever a whole value of running is sent', () => {
    const { headers, path } = send({
      path: `/a/${OURS}?token=${OURS}&q=${OURS}x`,
      headers: [
        'Cookie',
        `a=1; sid=${OURS}; b=2`,
        'Authorization',
        `Bearer ${OURS}`,
        'X-CSRF-Token',
        OURS,
        'X-Other',
        `${OURS}x`,
      ],
    });
    expect(path).to.equal(`/a/${THEIRS}?token=${THEIRS}&q=${OURS}x`);
    expect(headers).to.deep.equal([
      'Cookie',
      `a=1; sid=${THEIRS}; b=2`,
      'Authorization',
      `Bearer ${THEIRS}`,
      'X-CSRF-Token',
      THEIRS,
      'X-Other',
      `${OURS}x`,
    ]);
    expect(send({ path: '/todos/17/notes' }).path).to.equal('/todos/3/notes');
    expect(send({ path: '/todos/170' }).path).to.equal('/todos/170');
  });

  it('carries it in the fields of forms and JSON', () => {
    const form = send({
      headers: ['Content-Type', 'application/x-www-form-urlencoded'],
      body: Buffer.from(`_csrf=${OURS}&text=${OURS}+x&empty`),
    });
    expect(String(form.body)).to.equal(`_csrf=${THEIRS}&text=${OURS}+x&empty`);
    const json = send({
      headers: ['Content-Type', 'application/json'],
      body: Buffer.from(`{"csrf":"${OURS}","text":"say ${OURS}","n":1}`),
    });
    expect(String(json.body)).to.equal(`{"csrf":"${THEIRS}","text":"say ${OURS}","n":1}`);
  });

  it('is the very request of the user where nothing is known', () => {
    fc.assert(
      fc.property(
        fc.webPath(),
        fc.array(fc.string(), { maxLength: 8 }),
        fc.string(),
        (path, parts, text) => {
          const headers = parts.flatMap((part) => [
            'Cookie',
            part,
            'Content-Type',
            'application/json',
          ]);
          const exchange = exchangeOf({
            path: path === '' ? '/' : path,
            headers,
            body: Buffer.from(text),
          });
          const same = translated(
            exchange,
            () => undefined,
            () => undefined,
          );
          expect(same.headers).to.deep.equal(exchange.headers);
          expect(same.body).to.equal(exchange.body);
          if (exchange.path.startsWith('/')) expect(same.path).to.equal(exchange.path);
        },
      ),
      { seed: SEED },
    );
  });

  it('leaves sessions alone that testing may share', () => {
    const twins = new Twins();
    twins.learn([{ what: 'session', running: OURS, testing: THEIRS }], [1]);
    const exchange = exchangeOf({ headers: ['Cookie', `sid=${OURS}`] });
    expect(twins.translated(exchange, new Set([OURS]))).to.equal(exchange);
    expect(twins.translated(exchange, new Set()).headers).to.deep.equal([
      'Cookie',
      `sid=${THEIRS}`,
    ]);
    expect([twins.takeUsed(), twins.takeUsed()]).to.deep.equal([1, 0]);
    twins.clear();
    expect(twins.translated(exchange, new Set())).to.equal(exchange);
  });

  it('carries the field of a form only for the client that got it', () => {
    const twins = new Twins();
    twins.learn([{ what: 'field', running: OURS, testing: THEIRS }], [1]);
    const exchange = exchangeOf({ headers: ['X-CSRF-Token', OURS] });
    expect(twins.translated(exchange, new Set())).to.equal(exchange);
  });
});

describe('The response to a translated copy', () => {
  it('is mapped back: values, paths and ids are no difference', () => {
    const twins = [
      { what: 'session' as const, running: OURS, testing: THEIRS },
      { what: 'path' as const, running: '/todos/17', testing: '/todos/3' },
    ];
    const text = `{"id":3,"token":"${THEIRS}","self":"/todos/3","next":"/todos/30"}`;
    const { bytes, headers } = mappedBack(response(text, ['Location', '/todos/3']), twins);
    expect(String(bytes)).to.equal(
      `{"id":17,"token":"${OURS}","self":"/todos/17","next":"/todos/30"}`,
    );
    expect(headers).to.deep.equal(['Location', '/todos/17']);
  });

  it('is the very response where nothing was handed out', () => {
    const one = response('{"id":3}');
    expect(mappedBack(one, [])).to.equal(one);
  });
});
