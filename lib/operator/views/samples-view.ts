import type { Sample, SampleResponse } from '../../compare/sample/sample.ts';
import type { Report, TestReport } from '../../evaluation/report/report.ts';

/** Schema `vili.samples/1`: the samples of a version without their bodies. Fields may be added, never renamed. */
export interface SamplesView {
  readonly schema: 'vili.samples/1';
  readonly version: string;
  /** Oldest first. */
  readonly samples: readonly SampleSummary[];
}

export interface SampleSummary
  extends Pick<Sample, 'id' | 'endpoint' | 'signal' | 'key' | 'requestId' | 'at'> {
  readonly method: string;
  /** Path and query, masked. */
  readonly path: string;
  readonly running: ResponseLine;
  readonly testing: ResponseLine;
}

type ResponseLine = Pick<SampleResponse, 'status' | 'failure' | 'ms'>;

/** A sample, and what of its endpoint is ignored, and why. */
export interface SampleView extends Sample {
  readonly ignored: TestReport['ignored'];
}

export function samplesView(version: string, samples: readonly Sample[]): SamplesView {
  const summaries = samples
    .map(({ id, endpoint, signal, key, requestId, at, request, running, testing }) => {
      const { method, path } = request;
      const sides = { running: lineOf(running), testing: lineOf(testing) };
      return { id, endpoint, signal, key, requestId, at, method, path, ...sides };
    })
    .toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return { schema: 'vili.samples/1', version, samples: summaries };
}

export function sampleView(sample: Sample, report: Report | null): SampleView {
  const ignored = (report?.test?.ignored ?? []).filter(
    ({ endpoint }) => endpoint === sample.endpoint,
  );
  return { ...sample, ignored };
}

// Private

function lineOf({ status, failure, ms }: SampleResponse): ResponseLine {
  return { status, failure, ms };
}
