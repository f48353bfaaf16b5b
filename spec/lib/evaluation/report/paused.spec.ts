import { expect } from 'chai';
import { pausedText } from '../../../../lib/evaluation/report/paused.ts';
import { REPORT } from '../../operator/report-view.ts';

describe('the text on paused baseline requests', () => {
  it('gives each reason with its number of requests', () => {
    expect(textFor(40, 1)).to.equal(
      'running was not asked twice during 40 requests, as it was slow, ' +
        'and during 1 request, as Vili was busy',
    );
    expect(textFor(0, 2)).to.equal(
      'running was not asked twice during 2 requests, as Vili was busy',
    );
  });

  it('is absent when nothing was paused, or a report is older than the counts', () => {
    expect(textFor(0, 0)).to.equal(null);
    if (REPORT.test === undefined) throw new Error('the report has no test');
    expect(pausedText(REPORT.test)).to.equal(null);
  });
});

// Private

function textFor(pausedSlow: number, pausedBusy: number): string | null {
  if (REPORT.test === undefined) throw new Error('the report has no test');
  return pausedText({ ...REPORT.test, controls: { asked: 1, pausedSlow, pausedBusy } });
}
