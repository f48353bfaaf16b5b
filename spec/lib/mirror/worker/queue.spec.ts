import { expect } from 'chai';
import * as fc from 'fast-check';
import { CopyQueue } from '../../../../lib/mirror/worker/queue.ts';
import { exchangeOf } from '../../../support/mirror-kit.ts';

describe('The queue of copies', () => {
  it('is first in, first out, and bounded in number and bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 1, max: 40 }))), (steps) => {
        const queue = new CopyQueue({ count: 5, bytes: 100 });
        const model: { exchange: ReturnType<typeof exchangeOf>; bytes: number }[] = [];
        for (const bytes of steps) {
          const held = model.reduce((sum, copy) => sum + copy.bytes, 0);
          if (bytes === null) {
            expect(queue.shift()).to.equal(model.shift());
          } else {
            const isRoom = model.length < 5 && held + bytes <= 100;
            expect(queue.hasRoom(bytes)).to.equal(isRoom);
            const copy = { exchange: exchangeOf(), bytes };
            if (isRoom) queue.push(copy);
            if (isRoom) model.push(copy);
          }
          expect(queue.length).to.equal(model.length);
        }
        expect(queue.clear()).to.equal(model.length);
        expect(queue.shift()).to.equal(undefined);
      }),
    );
  });
});
