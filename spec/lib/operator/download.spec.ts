import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import type { Sample } from '../../../lib/compare/sample/sample.ts';
import { controlClient } from '../../../lib/operator/client/client.ts';
import {
  CONTROL_LIMITS,
  createControlServer,
} from '../../../lib/operator/server/control-server.ts';
import { socketDoor } from '../../../lib/operator/server/door/socket-door.ts';
import { MAX_DOWNLOADS } from '../../../lib/operator/server/send-file.ts';
import { eventually } from '../../support/eventually.ts';
import { withTempFolder } from '../../support/temp-folder.ts';
import { SAMPLE } from './report-view.ts';
import { SampleHandlers } from './views.ts';

const BIG = 'x'.repeat(256 * 1024);

class Handlers extends SampleHandlers {
  /** Told of each question, and awaited before its reply. */
  asked: () => Promise<void> = async () => {};

  found: { version: string; samples: readonly Sample[] } = {
    version: 'inventory-1.5.0',
    samples: [SAMPLE, SAMPLE],
  };

  override async samples(): ReturnType<SampleHandlers['samples']> {
    await this.asked();
    return this.found;
  }
}

interface Served {
  readonly socketPath: string;
  readonly handlers: Handlers;
}

describe('A download', () => {
  it('is a file to keep, named after the version, and never a page', () =>
    serving(async ({ socketPath }) => {
      const response = await ask(socketPath, '?version=1.5.0');
      expect(response.statusCode).to.equal(200);
      expect(response.headers).to.include({
        'content-type': 'text/markdown; charset=utf-8',
        'content-disposition': 'attachment; filename="inventory-1.5.0-report.md"',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'cache-control': 'no-store',
      });
      expect(await text(response)).to.match(/^# inventory-1\.5\.0: /);
    }));

  it('of samples has one a line, with what reverses text as escapes', () =>
    serving(async ({ socketPath, handlers }) => {
      handlers.found = {
        version: 'inventory-1.5.0',
        samples: [SAMPLE, { ...SAMPLE, key: '\u202egpj' }],
      };
      const lines = (await controlClient(socketPath).download({ file: 'samples.jsonl' })).split(
        '\n',
      );
      expect(lines).to.have.length(3);
      expect(JSON.parse(lines[0] ?? '')).to.deep.equal(SAMPLE);
      expect(lines[1]).to.contain('\\u202egpj').and.not.contain('\u202e');
    }));

  it('has a name that no header, shell or file system takes for more', () =>
    serving(async ({ socketPath, handlers }) => {
      handlers.found = { version: `../"\r\nx: y; ünï/${'v'.repeat(500)}`, samples: [SAMPLE] };
      const response = await ask(socketPath, '?file=samples.jsonl');
      response.resume();
      const [, name = ''] =
        /^attachment; filename="([\w.+-]+)"$/.exec(response.headers['content-disposition'] ?? '') ??
        [];
      expect(name).to.match(/^\.\._+x__y.*-samples\.jsonl$/);
      expect(name.length).to.be.below(170);
    }));

  it('of what there is not, and of no such file, is an error with its code', () =>
    serving(async ({ socketPath, handlers }) => {
      handlers.found = { version: 'inventory-1.5.0', samples: [] };
      const none = await ask(socketPath, '?file=samples.jsonl');
      expect(none.statusCode).to.equal(404);
      expect(JSON.parse(await text(none))).to.include({ code: 'VILI_NO_SAMPLE' });
      const wrong = await ask(socketPath, '?file=../../etc/passwd');
      expect(wrong.statusCode).to.equal(400);
      expect(await text(wrong)).to.contain('../../etc/passwd');
    }));

  it('asked for by HEAD has no body', () =>
    serving(async ({ socketPath }) => {
      const response = await ask(socketPath, '', 'HEAD');
      expect(response.headers['content-disposition']).to.contain('-report.md');
      expect(await text(response)).to.equal('');
    }));

  it('is one of a few at a time, and who takes nothing is cut off', () =>
    serving(
      async ({ socketPath, handlers }) => {
        const large = { ...SAMPLE, key: BIG };
        handlers.found = {
          version: 'inventory-1.5.0',
          samples: Array.from({ length: 40 }, () => large),
        };
        const stuck = await Promise.all(
          Array.from({ length: MAX_DOWNLOADS }, () => ask(socketPath, '?file=samples.jsonl')),
        );
        const oneMore = await ask(socketPath, '?file=samples.jsonl');
        expect(oneMore.statusCode).to.equal(503);
        oneMore.resume();
        for (const response of stuck) response.on('error', () => {});
        await eventually('another download', async () => {
          const again = await ask(socketPath, '?file=samples.jsonl');
          return (await text(again)).length > 40 * BIG.length;
        });
        for (const response of stuck) response.destroy();
      },
      { idleMs: 500 },
    ));

  it('leaves its place to the next one where nobody waits for it any more', () =>
    serving(async ({ socketPath, handlers }) => {
      const release = new Barrier();
      let asked = 0;
      handlers.asked = () => {
        asked += 1;
        return release.opened;
      };
      const path = '/v1/download?file=samples.jsonl';
      const leavers = Array.from({ length: MAX_DOWNLOADS }, () => {
        const leaver = request({ socketPath, path, agent: false });
        leaver.on('error', () => {});
        leaver.end();
        return leaver;
      });
      await eventually('all of them being asked for', () => asked === MAX_DOWNLOADS);
      const left = leavers.map((leaver) => new Promise((resolve) => leaver.once('close', resolve)));
      for (const leaver of leavers) leaver.destroy();
      await Promise.all(left);
      await new Promise((resolve) => setImmediate(resolve));
      release.open();
      handlers.asked = async () => {};
      await eventually('another download', async () => {
        const response = await ask(socketPath, '?file=samples.jsonl');
        response.resume();
        return response.statusCode === 200;
      });
    }));
});

// Private

class Barrier {
  open: () => void = () => {};
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

async function serving(
  use: (served: Served) => Promise<void>,
  limits: { readonly idleMs?: number } = {},
): Promise<void> {
  await withTempFolder(async (folder) => {
    const socketPath = join(folder, 'vili.sock');
    const handlers = new Handlers();
    const server = createControlServer({
      ...CONTROL_LIMITS,
      ...limits,
      door: socketDoor(socketPath),
      handlers,
      onProblem: () => {},
    });
    await server.listen();
    try {
      await use({ socketPath, handlers });
    } finally {
      await server.close();
    }
  });
}

function ask(socketPath: string, query: string, method = 'GET') {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(
      { socketPath, path: `/v1/download${query}`, method, agent: false },
      resolve,
    );
    asked.on('error', reject);
    asked.end();
  });
}
