import { samplesView } from '../views/samples-view.ts';
import { count, oneOf, text } from './parameters.ts';
import { file, json } from './route.ts';
import { type DownloadName, DOWNLOADS, downloadOf } from '../views/download.ts';

const DEFAULT_VERSIONS = 200;
const MAX_VERSIONS = 1000;

const VERSION = text('name or number of a version; default: under test, else decided last');

const FILES = Object.keys(DOWNLOADS) as DownloadName[];

/** What a verdict is made of, for people who want to see for themselves. */
export const EVIDENCE_ROUTES = {
  evidence: json({
    method: 'GET',
    path: '/v1/evidence',
    isOpen: true,
    request: { version: VERSION },
    doc: 'how the evidence grew (`vili.evidence/1`): odds over time with the thresholds, at most 360 points; `null` when nothing is known',
    respond: async (handlers, { version }) => (await handlers.course(version))?.evidence ?? null,
  }),
  versions: json({
    method: 'GET',
    path: '/v1/versions',
    isOpen: true,
    request: {
      limit: count(`those that arrived last; default ${DEFAULT_VERSIONS}`, MAX_VERSIONS),
    },
    doc: 'every version that ever came (`vili.versions/1`): what became of it, why, by whom, and where its files are',
    respond: (handlers, { limit = DEFAULT_VERSIONS }) => handlers.versions(limit),
  }),
  samples: json({
    method: 'GET',
    path: '/v1/samples',
    request: { version: VERSION },
    doc: 'its samples without bodies (`vili.samples/1`)',
    async respond(handlers, { version }) {
      const found = await handlers.samples(version);
      return samplesView(found.version, found.samples);
    },
  }),
  endpoints: json({
    method: 'GET',
    path: '/v1/endpoints',
    request: { version: VERSION },
    doc: 'both sides of each endpoint (`vili.endpoints/1`): traffic, pairs, failures, times, and what it still lacks; at most 500; `null` when nothing is known',
    respond: async (handlers, { version }) => (await handlers.course(version))?.endpoints ?? null,
  }),
  download: file({
    method: 'GET',
    path: '/v1/download',
    request: { version: VERSION, file: oneOf('what of it; default `report.md`', FILES) },
    contentTypes: Object.values(DOWNLOADS),
    doc: 'a file to keep, named after the version, from its folder or archive; `samples.jsonl` has one `vili.sample/1` a line; 404 when there is none',
    file: (handlers, { version, file: wanted = 'report.md' }) =>
      downloadOf(handlers, version, wanted),
  }),
};
