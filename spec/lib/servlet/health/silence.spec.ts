import { expect } from 'chai';
import fc from 'fast-check';
import { HANG_MS, Silence } from '../../../../lib/servlet/health/silence.ts';

const STEP_MS = 250;

/** Looks at one servlet every quarter of a second. */
class Watched {
  readonly silence = new Silence();
  nowMs = 0;
  heard = 0;
  waitingNow = 0;
  instance: string | null = 'shop-1/1_running';

  for(ms: number, isHeard: boolean): void {
    for (const end = this.nowMs + ms; this.nowMs < end; ) {
      this.nowMs += STEP_MS;
      if (isHeard) this.heard++;
      this.look();
    }
  }

  look(): void {
    const { instance, heard, waitingNow } = this;
    this.silence.look(instance === null ? null : { instance, heard, waitingNow }, this.nowMs);
  }
}

describe('The silence of a servlet', () => {
  it('is the time in which requests waited since its last byte', () => {
    const it = new Watched();
    it.waitingNow = 2;
    it.for(1000, true);
    it.for(5000, false);
    expect(it.silence.silentMs).to.equal(5000);
    it.for(STEP_MS, true);
    expect(it.silence.silentMs).to.equal(0);
  });

  it('does not grow while nobody asks, nor end when clients give up', () => {
    const it = new Watched();
    it.waitingNow = 1;
    it.for(1000, true);
    it.for(2000, false);
    it.waitingNow = 0;
    it.for(60_000, false);
    it.waitingNow = 1;
    it.for(2000, false);
    expect(it.silence.silentMs).to.be.within(3500, 4000);
  });

  it('begins anew with another servlet, and while nobody serves', () => {
    const it = new Watched();
    it.waitingNow = 1;
    it.for(5000, false);
    it.instance = null;
    it.look();
    expect(it.silence.silentMs).to.equal(0);
    it.instance = 'shop-2/1_running';
    it.for(1000, false);
    expect(it.silence.silentMs).to.be.below(HANG_MS);
  });

  it('counts a standstill of the host as half a second', () => {
    const it = new Watched();
    it.waitingNow = 1;
    it.for(1000, true);
    it.nowMs += 60_000;
    it.look();
    expect(it.silence.silentMs).to.equal(500);
  });

  it('is beyond what another servlet did only if that is known well, and several wait', () => {
    const it = new Watched();
    it.waitingNow = 5;
    it.for(50_000, true);
    it.for(4000, false);
    it.for(20_000, true);
    it.instance = 'shop-2/1_running';
    it.for(1000, true);
    it.for(7000, false);
    expect(it.silence.isBeyond('shop-1/1_running'), 'twice 4 s').to.equal(false);
    it.for(1000, false);
    expect(it.silence.isBeyond('shop-1/1_running')).to.equal(true);
    expect(it.silence.isBeyond('shop-0/1_running'), 'not known').to.equal(false);
    it.waitingNow = 1;
    it.look();
    expect(it.silence.isBeyond('shop-1/1_running'), 'one slow report').to.equal(false);
  });

  it('is never longer than the time since the last byte, nor than that with requests', () => {
    const look = fc.record({
      stepMs: fc.nat(1000),
      isHeard: fc.boolean(),
      waitingNow: fc.nat(3),
      n: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(look, { maxLength: 100 }), (looks) => {
        const silence = new Silence();
        let [nowMs, heard, sinceMs, askedMs, before] = [0, 0, 0, 0, ''];
        for (const { stepMs, isHeard, waitingNow, n } of looks) {
          nowMs += stepMs;
          if (isHeard) heard++;
          const instance = `shop-${n}/1_running`;
          silence.look({ instance, heard, waitingNow }, nowMs);
          if (isHeard || instance !== before) [sinceMs, askedMs] = [nowMs, 0];
          else if (waitingNow > 0) askedMs += stepMs;
          before = instance;
          expect(silence.silentMs).to.be.at.most(nowMs - sinceMs);
          expect(silence.silentMs).to.be.at.most(askedMs);
        }
      }),
    );
  });
});
