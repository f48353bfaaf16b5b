import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Journey } from '../../bench/apps/visitor.ts';
import { pause, requireStatus, startVisits } from './visits.ts';
import type { Application } from './application.ts';
import { execLine, ownCopyLines } from './start-script.ts';

const PASSWORD = 'a-long-password';
const WRITERS = ['ada', 'ben', 'cleo'];
const PAGES = 40;
const READS = 6;
/** Of someone who reads what came, at most. */
const PAUSE_MS = 400;
/** Of visits, as the page is the whole wiki with its program: 2.5 MB. */
const FIRST_PAGE_SHARE = 0.1;
const INFO = {
  description: 'A wiki of a team',
  plugins: ['tiddlywiki/tiddlyweb', 'tiddlywiki/filesystem'],
  themes: ['tiddlywiki/vanilla'],
};

/** A wiki for teams. It reads its folder at its start, has all pages in memory, and writes changes back. */
export const tiddlywiki: Application = {
  name: 'tiddlywiki',
  identifier: 'wiki',
  releases: ['5.4.0', '5.4.1'],
  settings: {
    readiness_path: '/status',
    health_paths: '/status',
    routes:
      '/status, /login-basic, /recipes/default/tiddlers.json, /recipes/default/tiddlers/{title}, /bags/default/tiddlers/{title}, /{title}',
  },
  endedBySwitch: 1,
  copied: 'PUT /recipes/default/tiddlers/{title} on, DELETE /bags/default/tiddlers/{title} on',

  async writeData(folder) {
    const pages = join(folder, 'tiddlers');
    await mkdir(pages, { recursive: true });
    const users = WRITERS.map((name) => `${name},${PASSWORD}\n`);
    await writeFile(join(folder, 'users.csv'), ['username,password\n', ...users].join(''));
    await writeFile(join(folder, 'tiddlywiki.info'), JSON.stringify(INFO));
    for (let at = 0; at < PAGES; at++) {
      const text = `!! Page ${at}\n\n${`* It tells of ''matter ${at}'' and of [[Page1]].\n`.repeat(20)}`;
      await writeFile(join(pages, `Page${at}.tid`), `title: Page${at}\ntags: team\n\n${text}`);
    }
  },

  script({ programFolder, dataFolder }) {
    const program = join(programFolder, 'node_modules/tiddlywiki/tiddlywiki.js');
    const listen = ['--listen', 'host=127.0.0.1', 'port=$PORT', 'credentials=users.csv'];
    const rights = ['readers=(anon)', 'writers=(authenticated)', 'gzip=yes'];
    return [
      ...ownCopyLines(dataFolder),
      execLine(['node', program, '$data', ...listen, ...rights]),
    ];
  },

  async begin(port) {
    return startVisits(port, {
      reader: { journey: reader, visitors: 3 },
      writer: { journey: writer, visitors: 1 },
    });
  },
};

// Private

/** Someone who looks things up. */
const reader: Journey = async (visitor) => {
  if (Math.random() < FIRST_PAGE_SHARE) requireStatus(await visitor.get('/'), 'wiki', 200);
  requireStatus(await visitor.get('/status'), 'status', 200);
  for (let round = 0; round < READS; round++) {
    await pause(PAUSE_MS);
    const page = `Page${Math.floor(Math.random() * PAGES)}`;
    requireStatus(await visitor.get(`/recipes/default/tiddlers/${page}`), 'page', 200);
    requireStatus(await visitor.get(`/${page}`), 'page as HTML', 200);
  }
};

/** Someone who logs in, writes a note, corrects it, and deletes most of them. */
const writer: Journey = async (visitor) => {
  requireStatus(await visitor.get('/login-basic'), 'log-in form', 401);
  const user = WRITERS[Math.floor(Math.random() * WRITERS.length)] ?? '';
  const basic = Buffer.from(`${user}:${PASSWORD}`).toString('base64');
  const headers = { authorization: `Basic ${basic}`, 'x-requested-with': 'TiddlyWiki' };
  requireStatus(await visitor.get('/login-basic', headers), 'log-in', 302);
  requireStatus(await visitor.get('/status', headers), 'status', 200);
  const list = '/recipes/default/tiddlers.json';
  requireStatus(await visitor.get(list, headers), 'list', 200);
  const title = `Note-${Math.ceil(Math.random() * 1e9).toString(36)}`;
  const path = `/recipes/default/tiddlers/${title}`;
  for (const text of ['first', 'second']) {
    await pause(PAUSE_MS);
    const body = JSON.stringify({ title, text: `The ${text} text`, tags: 'note', creator: user });
    const all = { ...headers, 'content-type': 'application/json' };
    requireStatus(await visitor.ask('PUT', path, { headers: all, body }), 'write', 204);
    requireStatus(await visitor.get(path, headers), 'note', 200);
  }
  requireStatus(await visitor.get(list, headers), 'list', 200);
  if (Math.random() < 0.2) return;
  const deleted = await visitor.ask('DELETE', `/bags/default/tiddlers/${title}`, { headers });
  requireStatus(deleted, 'delete', 204);
};
