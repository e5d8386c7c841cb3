import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitFor } from '../testing/index.ts';
import { LockHeldError, takeLock, waitForLock } from './lock.ts';
import { identify } from './process-identity.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bezel lock '));
  file = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a held lock names its holder and is free again when given back', () => {
  const lock = takeLock(file);
  expect(() => takeLock(file)).toThrow(LockHeldError);
  expect(() => takeLock(file)).toThrow(new RegExp(`process ${process.pid}`));
  lock[Symbol.dispose]();
  expect(existsSync(file)).toBe(false);
  takeLock(file)[Symbol.dispose]();
  expect(readdirSync(folder)).toEqual([]);
});

test('waiting ends when the holder gives it back', async () => {
  const lock = takeLock(file);
  const told: number[] = [];
  const waiting = waitForLock(file, ({ pid }) => {
    told.push(pid);
    lock[Symbol.dispose]();
  });
  (await waiting)[Symbol.dispose]();
  expect(told).toEqual([process.pid]);
});

test('a lock outlives its holder only as a file: one that was killed is taken over', async () => {
  const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const identity = await waitFor('the holder', () => identify(holder.pid ?? 0));
  writeFileSync(file, JSON.stringify(identity));
  expect(() => takeLock(file)).toThrow(LockHeldError);
  holder.kill('SIGKILL');
  await waitFor('its end', () => identify(identity.pid) === null);
  takeLock(file)[Symbol.dispose]();
});

test('a pid that was given to another process does not keep a lock alive', () => {
  writeFileSync(file, JSON.stringify({ pid: process.pid, started: 'long ago' }));
  takeLock(file)[Symbol.dispose]();
  writeFileSync(file, '{"pid":');
  takeLock(file)[Symbol.dispose]();
});
