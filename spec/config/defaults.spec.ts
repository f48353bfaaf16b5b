import { expect } from 'chai';
import { loadSettings } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import { withTempFolder } from '../support/temp-folder.ts';

describe('default settings', () => {
  it('are these, so that no change goes unnoticed', async () => {
    await withTempFolder(async (base) => {
      const flags = { port: '8080', identifier: 'inventory' };
      const { settings, warnings } = loadSettings({ base, flags, environment: {} });
      expect(warnings).to.deep.equal([]);
      expect(settings).to.deep.equal({ ...DEFAULTS, base });
    });
  });
});

const DEFAULTS: Settings = {
  base: 'BASE',
  host: '0.0.0.0',
  port: 8080,
  identifier: 'inventory',
  scheme: 'http',
  endpoint: 'localhost',
  portRange: { from: 9400, to: 9500 },
  propertiesFileName: '',
  passEnvironment: [],
  portIdentifier: 'server.port',
  launch: new Map(),
  readiness: {
    path: null,
    timeoutMs: 60000,
    intervalMs: 250,
    successes: 1,
  },
  liveness: {
    path: null,
    intervalMs: 10000,
    timeoutMs: 5000,
    failures: 3,
  },
  role: { signal: null },
  stop: {
    timeoutMs: 30000,
    signal: 'SIGTERM',
  },
  drain: {
    timeoutMs: 30000,
  },
  hold: {
    maxMs: 5000,
    maxRequests: 1000,
    maxBytes: 67108864,
  },
  restart: {
    backoffMinMs: 500,
    backoffMaxMs: 60000,
    resetAfterMs: 60000,
    testingMax: 2,
  },
  testing: { nice: 0, sparedProcessors: 0 },
  arrival: {
    stableMs: 2000,
    pollMs: 200,
  },
  mirror: {
    methods: ['GET', 'HEAD', 'OPTIONS'],
    rules: [],
    sample: 1,
    sticky: null,
    maxBodyBytes: 1048576,
    busyLimit: 0.95,
    concurrency: 64,
    queue: 1000,
    queueBytes: 67108864,
    timeoutMs: 30000,
    header: 'X-Vili-Mirror',
    headers: [],
    rewrite: [],
  },
  compare: {
    shape: 'block',
    values: 'report',
    maxBodyBytes: 262144,
    maxDepth: 100,
    headers: ['content-type', 'location', 'cache-control'],
    rules: [],
    controlShare: 0.1,
  },
  samples: {
    perEndpoint: 5,
    maxBytes: 8388608,
    maxBodyBytes: 16384,
  },
  mask: {
    headers: ['x-api-key'],
    paths: ['$..password', '$..access_token', '$..refresh_token', '$..client_secret'],
  },
  routes: [],
  openapi: null,
  verdict: {
    mode: 'auto',
    minRequests: 200,
    minTimeMs: 300000,
    margin: 0.005,
    warmupRequests: 200,
    warmupTimeMs: 60000,
    speed: 'block',
    confirmTimeMs: 30000,
    logWindowMs: 10000,
    deadlineMs: 86400000,
  },
  promotion: { takeoverMs: 60_000 },
  probationMs: 600000,
  health: {
    paths: ['/health', '*/health'],
  },
  header: {
    maxBytes: 65536,
    maxCount: 500,
  },
  request: {
    headTimeoutMs: 60000,
    idleTimeoutMs: 300000,
    keepAliveMs: 65000,
    maxConnections: 10000,
  },
  upstream: {
    connectTimeoutMs: 2000,
    headTimeoutMs: 60000,
    idleTimeoutMs: 300000,
    maxConnections: 1024,
  },
  gate: { processes: 1 },
  tls: { cert: '', key: '', reloadMs: 5000 },
  trustProxy: ['loopback'],
  error: { page: '' },
  logDir: '',
  log: {
    level: 'info',
    maxBytes: 10485760,
    keep: 10,
    levelField: '',
    numbers: 'auto',
  },
  instances: { keep: 20 },
  archive: {
    maxBytes: 1073741824,
  },
  disk: {
    minFree: 0.05,
    intervalMs: 30000,
  },
  servletLog: {
    maxBytes: 104857600,
  },
  trace: {
    size: 20000,
    slowMs: 100,
  },
  history: {
    maxEntries: 10000,
  },
  admin: {
    listen: null,
    token: '',
  },
  manualcontrol: false,
  slackChannel: '',
  entraosApiUri: '',
  whydahUri: '',
  whydahApplicationId: '',
  whydahApplicationName: '',
  whydahApplicationSecret: '',
  appIcon: '',
  envIcon: '',
  env: '',
  logFile: '',
};
