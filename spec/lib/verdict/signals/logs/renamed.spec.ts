import { expect } from 'chai';
import { areSimilar, kindWords } from '../../../../../lib/verdict/signals/logs/kind-words.ts';
import { type ErrorKind, ErrorKinds } from '../../../../../lib/verdict/signals/logs/kinds.ts';
import { renamedKinds } from '../../../../../lib/verdict/signals/logs/renamed.ts';

const WATCHED = { before: 180, during: 36 };

describe('a kind of error under another name', () => {
  it('is one whose text is similar and which testing logs about as often', () => {
    const kinds = new ErrorKinds();
    known(kinds, 'Rules | not allowed for unit alpha', 30);
    const kind = seen(kinds, 'Rules | not allowed for unit beta', 5, 0);
    const found = renamedKinds(kinds.all(), WATCHED).get(kind);
    expect(found?.isPlausible).to.equal(true);
    expect(found?.former.signature).to.equal('Rules | not allowed for unit alpha');
    kind.counts.testing = 34;
    expect(renamedKinds(kinds.all(), WATCHED).get(kind)?.isPlausible).to.equal(false);
  });

  it('has what running logs under the other name on running’s side', () => {
    const kinds = new ErrorKinds();
    seen(kinds, 'not one of x y z', 0, 7);
    const kind = seen(kinds, 'not one of x y w', 7, 0);
    expect(renamedKinds(kinds.all(), WATCHED).get(kind)?.running).to.equal(7);
  });

  it('is not one that both still log, nor one of another level', () => {
    const kinds = new ErrorKinds();
    seen(kinds, 'query of table users failed', 9, 9);
    const kind = seen(kinds, 'query of table orders failed', 9, 0);
    expect(renamedKinds(kinds.all(), WATCHED).get(kind)).to.equal(undefined);
    const others = new ErrorKinds();
    seen(others, 'query of table users failed', 0, 2, 'fatal');
    const other = seen(others, 'query of table orders failed', 2, 0);
    expect(renamedKinds(others.all(), WATCHED).get(other)).to.equal(undefined);
  });

  it('may have a wholly different text where one that is as frequent is gone', () => {
    const kinds = new ErrorKinds();
    known(kinds, 'Pa0 lhhd wwno', 60);
    const kind = seen(kinds, 'qX1 zrrk vvmt', 12, 0);
    const rare = seen(kinds, 'disk is full', 1, 0);
    const found = renamedKinds(kinds.all(), WATCHED);
    expect([...found.keys()]).to.deep.equal([kind]);
    expect(found.get(kind)?.isPlausible).to.equal(true);
    expect(found.get(rare)).to.equal(undefined);
    kind.counts.testing = 30;
    expect(renamedKinds(kinds.all(), WATCHED).get(kind)?.isPlausible, 'more often').to.equal(false);
  });

  it('is not a rare one while testing logs running’s rare kinds under their own names', () => {
    const kinds = new ErrorKinds();
    known(kinds, 'Pa0 lhhd wwno', 3);
    const kind = seen(kinds, 'disk is full', 1, 0);
    expect(renamedKinds(kinds.all(), WATCHED).get(kind)?.isPlausible).to.equal(true);
    known(kinds, 'mail server is away', 3).counts.testing = 1;
    expect(renamedKinds(kinds.all(), WATCHED).get(kind)).to.equal(undefined);
  });

  it('is recognised by the template of two earlier instances of running', () => {
    const kinds = new ErrorKinds();
    known(kinds, 'bad unit alpha beta gamma delta', 9, 1);
    known(kinds, 'bad unit alpha beta rho sigma', 9, 2);
    const kind = seen(kinds, 'bad unit alpha beta one two three four five six', 3, 0);
    expect(areSimilar(kind.words, kindWords('bad unit alpha beta rho sigma'))).to.equal(false);
    expect(renamedKinds(kinds.all(), WATCHED).get(kind)?.isPlausible).to.equal(true);
  });

  it('is the same after a checkpoint', () => {
    const kinds = new ErrorKinds();
    known(kinds, 'Rules | not allowed for unit alpha', 30);
    seen(kinds, 'Rules | not allowed for unit beta', 5, 0);
    const restored = new ErrorKinds();
    restored.restore(JSON.parse(JSON.stringify(kinds.checkpoint())), 'kinds');
    const names = [kinds, restored].map((it) =>
      [...renamedKinds(it.all(), WATCHED).values()].map(({ former }) => former.signature),
    );
    expect(names[1]).to.deep.equal(names[0]);
    expect(restored.checkpoint()).to.deep.equal(kinds.checkpoint());
  });
});

// Private

function known(kinds: ErrorKinds, signature: string, windows: number, instance = 0): ErrorKind {
  kinds.addEarlier({ signature, level: 'error', windows, instance });
  return kinds.get(signature) as ErrorKind;
}

function seen(
  kinds: ErrorKinds,
  signature: string,
  testing: number,
  running: number,
  level: 'error' | 'fatal' = 'error',
): ErrorKind {
  const kind = kinds.of({ signature, level, count: 1, example: signature }, 0) as ErrorKind;
  Object.assign(kind.counts, { testing, running });
  return kind;
}
