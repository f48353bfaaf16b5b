import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { withTempFolder } from '../../support/temp-folder.ts';
import { run } from './run-support.ts';

const hasShell = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

/** What the script of bash offers for these words, the last of which is being typed. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout: script } = await run(['completion', 'bash']);
  const typed = words.map((word) => `'${word}'`).join(' ');
  const call = `COMP_WORDS=(vili ${typed}); COMP_CWORD=${words.length}; _vili; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', `${script}\n${call}`], { encoding: 'utf8' });
  expect(stderr).to.equal('');
  return stdout.split('\n').filter((word) => word !== '');
}

describe('vili completion', () => {
  it('offers the commands, then what a command takes (skipped without bash)', async function () {
    if (!hasShell('bash')) this.skip();
    expect(await offered('re')).to.include.members(['reload', 'replay', 'reject', 'restart']);
    expect(await offered('restart', '')).to.include.members(['running', 'testing', '--reason']);
    expect(await offered('--base', '/srv', 'logs', 't')).to.deep.equal(['testing']);
    expect(await offered('logs', '--level', 'f')).to.deep.equal(['fatal']);
    expect(await offered('wait', '--for', '')).to.deep.equal(['verdict', 'promoted', 'ready']);
    expect(await offered('status', '--w')).to.deep.equal(['--watch']);
    expect(await offered('history', '--limit', '')).to.deep.equal([]);
    expect(await offered('--base', '/us')).to.include('/usr');
  });

  for (const shell of ['bash', 'zsh', 'fish']) {
    it(`has a script that ${shell} takes (skipped without it), with every command`, async function () {
      const { code, stdout } = await run(['completion', shell]);
      expect(code).to.equal(0);
      const { stdout: help } = await run(['--help']);
      for (const [, name = ''] of help.matchAll(/^ {2}([a-z]+)\b/gm)) {
        if (name !== 'help') expect(stdout).to.match(new RegExp(`\\b${name}\\b`));
      }
      if (!hasShell(shell)) this.skip();
      await withTempFolder(async (folder) => {
        const file = join(folder, 'completion');
        await writeFile(file, stdout);
        const checked = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
        expect([checked.status, checked.stderr]).to.deep.equal([0, '']);
      });
    });
  }

  it('knows only shells that it has a script for', async () => {
    const { code, stderr } = await run(['completion', 'tcsh']);
    expect([code, stderr.includes('Allowed choices are bash, zsh, fish')]).to.deep.equal([2, true]);
  });
});
