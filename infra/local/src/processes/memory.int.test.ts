import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { memoryOf } from './memory.ts';

const HELD = 96 * 1_024 * 1_024;
const HOLDER = `globalThis.held = Buffer.alloc(${HELD}, 1); console.log('held'); setInterval(() => {}, 1_000);`;
const PARENT = `
  const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(HOLDER)}], {
    stdio: ['ignore', 'inherit', 'ignore'], detached: true });
  process.stdin.on('end', () => child.kill('SIGKILL')).resume();
  child.on('exit', () => process.exit());`;

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('what a grandchild holds counts for the process it comes from, until it has ended', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(parent, 'exit');
  try {
    await once(createInterface({ input: parent.stdout }), 'line');
    const held = memoryOf(parent.pid ?? 0);
    expect(held).toBeGreaterThan(HELD);
    expect(held).toBeLessThan(4 * HELD);
    expect(memoryOf(process.pid)).toBeGreaterThan(held ?? 0);
  } finally {
    parent.stdin.end();
    await ended;
  }
  expect(memoryOf(parent.pid ?? 0)).toBe(0);
});
