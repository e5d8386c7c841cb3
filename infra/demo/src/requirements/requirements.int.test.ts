import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { checkRequirements } from './check-requirements.ts';
import { readRequirements } from './read-requirements.ts';

const ROOT = path.join(import.meta.dirname, '..', '..', '..', '..');
const PASSED_OVER = new Set(['node_modules', 'dist', '.git', '.bezel', '.nx']);

function* filesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(path.join(ROOT, folder), { withFileTypes: true })) {
    if (PASSED_OVER.has(entry.name)) continue;
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesIn(name);
    else yield name;
  }
}

test('every row of docs/requirements.md names things that exist and commands that can be typed', () => {
  const requirements = readRequirements(readFileSync(path.join(ROOT, 'docs', 'requirements.md'), 'utf8'));
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const told = new Map<string, string>();
  const help = (script: string): string => {
    // The script itself, without npm: its "pre" script installs and is not asked.
    const known = told.get(script);
    if (known !== undefined) return known;
    const [, ...args] = (scripts[script] ?? '').split(' ');
    const text = execFileSync(process.execPath, [...args, '--help'], { cwd: ROOT, encoding: 'utf8' });
    told.set(script, text);
    return text;
  };
  expect(checkRequirements(requirements, { files: [...filesIn('')], scripts: Object.keys(scripts), help })).toEqual([]);
}, 60_000);
