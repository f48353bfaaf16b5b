import { dirname } from 'node:path';
import { expect } from 'chai';
import { circlesOf, readDocument, readSources, roomOf, type SourceFile } from './imports.ts';
import { ROOMS, tableRows } from './rooms.ts';

const ERRORS = 'lib/errors.ts';
const MAX_ROOMS = 26;
const MAX_ARROWS = 96;
const MAX_FILE_LINES = 280;
const MAX_MEDIAN_LINES = 100;
const MAX_FOLDER_FILES = 14;

describe('the house', () => {
  const order = Object.keys(ROOMS);
  let files: readonly SourceFile[] = [];

  before(async () => {
    files = await readSources();
  });

  it('has exactly the rooms of its table', () => {
    const rooms = new Set(files.map(({ room }) => room).filter((room) => room !== ERRORS));
    expect([...rooms].toSorted()).to.deep.equal(order.toSorted());
    expect(order.length).to.be.at.most(MAX_ROOMS);
  });

  it('lets a room import, types included, only what the table names, and all that it names', () => {
    const arrows = new Map(order.map((room) => [room, new Set<string>()]));
    for (const { room, imports } of files) {
      for (const to of imports.map(roomOf)) {
        if (to !== room && to !== ERRORS) arrows.get(room)?.add(to);
      }
    }
    for (const [room, to] of arrows) {
      expect([...to].toSorted(), `imports of ${room}`).to.deep.equal(importsOf(room).toSorted());
    }
    expect([...arrows.values()].reduce((sum, to) => sum + to.size, 0)).to.be.at.most(MAX_ARROWS);
  });

  it('stands on its ground: a room imports only rooms above it in the table', () => {
    for (const [index, room] of order.entries()) {
      for (const to of importsOf(room)) {
        expect(order.indexOf(to), `${room} imports ${to}`).to.be.within(0, index - 1);
      }
    }
  });

  it('has no circle between files, types included', () => {
    expect(circlesOf(files).map((circle) => circle.join(' > '))).to.deep.equal([]);
  });

  it('finds a circle, and only circles', () => {
    const file = (path: string, ...imports: string[]): SourceFile => {
      return { path, room: roomOf(path), lines: 1, imports };
    };
    const tree = [file('a', 'b', 'c'), file('b', 'c'), file('c')];
    expect(circlesOf(tree)).to.deep.equal([]);
    expect(circlesOf([...tree, file('d', 'e'), file('e', 'a', 'd')])).to.deep.equal([
      ['d', 'e', 'd'],
    ]);
  });

  it('keeps files short and folders small', () => {
    const lines = files.map((file) => file.lines).toSorted((left, right) => left - right);
    const tooLong = files.filter((file) => file.lines > MAX_FILE_LINES);
    expect(tooLong.map(({ path }) => path)).to.deep.equal([]);
    expect(lines[Math.floor(lines.length / 2)]).to.be.below(MAX_MEDIAN_LINES);
    const counts = new Map<string, number>();
    for (const { path } of files) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
    const tooFull = [...counts].filter(([, count]) => count > MAX_FOLDER_FILES);
    expect(tooFull).to.deep.equal([]);
  });

  it('is printed in ARCHITECTURE.md with the same rooms and arrows', async () => {
    expect(await readDocument('ARCHITECTURE.md')).to.include(tableRows().join('\n'));
  });
});

function importsOf(room: string): readonly string[] {
  return (ROOMS[room]?.imports ?? '').split(' ').filter((name) => name !== '');
}
