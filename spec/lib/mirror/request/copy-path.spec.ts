import { expect } from 'chai';
import * as fc from 'fast-check';
import { compileRewrites } from '../../../../lib/mirror/request/copy-path.ts';

describe('The path of a copy', () => {
  it('is that of the user without a rewrite that matches', () => {
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        expect(compileRewrites([])(path)).to.equal(path);
        expect(compileRewrites([{ from: '/never/{id}/x y', to: '/b' }])(path)).to.equal(path);
      }),
    );
  });

  it('is made by the first rewrite that matches the whole path, and keeps its query verbatim', () => {
    const rewritten = compileRewrites([
      { from: '/v1/{a}/{b}', to: '/v2/{b}/{a}' },
      { from: '/v1/*', to: '/rest/*' },
      { from: '/x*y*z', to: '/*-*' },
      { from: '/a.b', to: '/dot' },
    ]);
    expect(rewritten('/v1/one/two?q=%zz&/v1/x')).to.equal('/v2/two/one?q=%zz&/v1/x');
    expect(rewritten('/v1/one/two/three')).to.equal('/rest/one/two/three');
    expect(rewritten('/x1y2z')).to.equal('/1-2');
    expect(rewritten('/a.b')).to.equal('/dot');
    expect(rewritten('/a+b')).to.equal('/a+b');
    expect(rewritten('/else?/v1/a/b')).to.equal('/else?/v1/a/b');
  });
});
