import { appendFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { Followed } from '../lib/logs/follow/follow-support.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const STACK = `java.lang.IllegalStateException: no order\\n${'\\tat org.example.Orders.find(Orders.java:42)\\n'.repeat(2000)}`;
const HEAD = `"hostname":"h","pid":1,"msg":"order 17 failed",${' '.repeat(280)}`;

describe('the log of a real application (issue 15)', () => {
  it('shows an ERROR whose stack trace is longer than any line that is kept, with its kind', async () => {
    const long = `{${HEAD}"level":50,"time":1,"stack":"${STACK}"}`;
    expect(long.length).to.be.above(90_000);
    const short = `{${HEAD}"level":50,"time":1,"stack":"${STACK.slice(0, 900)}"}`;
    const followed = await read([long, short].join('\n'), { maxLineBytes: 65_536 });
    expect(kindsOf(followed)).to.deep.equal([
      ['error', 2, 'order * failed | org.example.Orders.find (Orders.java)'],
    ]);
  });

  it('reads lines that do not parse by the same table as those that do', async () => {
    const lines = [
      '{"level":50,"time":1,"pid":1,"hostname":"h","msg":"rate is odd","rate":NaN}',
      '{"level":50,"time":1,"pid":1,"hostname":"h","msg":"rate is odd","rate":1} <- look here',
      '2026-01-01T10:15:00Z stderr F {"level":50,"time":1,"pid":1,"hostname":"h","msg":"rate is odd"}',
      '{"level":"\\u001b[31merror\\u001b[39m","message":"rate is odd"}',
      '\u001b[31mERROR\u001b[39m rate is odd',
    ];
    const followed = await read(lines.join('\n'));
    const errors = followed.sum(({ levels }) => levels.error);
    expect(errors).to.equal(lines.length);
    expect(kindsOf(followed).map(([, count]) => count)).to.deep.equal([4, 1]);
  });

  it('counts an ERROR once whose line was cut by the rotation of its file', async () => {
    await withTempFolder(async (folder) => {
      const log = join(folder, 'service.log');
      const line =
        '{"level":50,"time":1,"pid":1,"hostname":"h","msg":"a word that is cut in two"}\n';
      await writeFile(log, line + line.slice(0, 66));
      const followed = new Followed(log);
      await followed.until(() => followed.lines === 1);
      await rename(log, `${log}.1`);
      await writeFile(log, line.slice(66));
      await appendFile(log, line);
      await followed.until(() => followed.lines >= 4);
      await followed.close();
      expect(followed.sum(({ levels }) => levels.error)).to.equal(3);
    });
  });

  it('takes no field of the application for the level of its writer', async () => {
    const lines = [
      '{"levelname":"INFO","severity":"critical","message":"an alert was acknowledged"}',
      '{"@t":"2026-01-01T10:15:00Z","@mt":"m","Level":"Error"}',
      '{"time":"2026-01-01T10:15:00Z","level":"INFO","msg":"m","level":"error"}',
    ];
    for (const line of lines) {
      const followed = await read(`${line}\n`.repeat(40));
      expect(
        followed.sum(({ levels }) => levels.info),
        line,
      ).to.equal(40);
    }
  });
});

// Private

async function read(
  text: string,
  settings: ConstructorParameters<typeof Followed>[1] = {},
): Promise<Followed> {
  return await withTempFolder(async (folder) => {
    const log = join(folder, 'service.log');
    await writeFile(log, `${text}\n`);
    const followed = new Followed(log, settings);
    await followed.until(() => followed.lines >= text.trimEnd().split('\n').length);
    await followed.close();
    return followed;
  });
}

function kindsOf(followed: Followed): readonly (readonly [string, number, string])[] {
  const kinds = followed.batches.flatMap((batch) => batch.kinds);
  return kinds.map(({ level, count, signature }) => [level, count, signature] as const);
}
