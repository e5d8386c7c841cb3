import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { identify, isAlive } from '../processes/process-identity.ts';
import { waitFor } from '../testing/index.ts';
import { endLeftovers, readJournal } from './journal.ts';
import { processUnit } from './process-unit.ts';
import { Supervisor, UnitNotReadyError } from './supervisor.ts';
import type { Unit } from './unit.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bezel supervisor '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that appends what happens to it to `order`, and ends on SIGTERM unless it is stubborn. */
const program = (name: string, { stubborn = false } = {}): Unit => {
  const started = join(folder, `${name}.started`);
  const script = `
    const fs = require('node:fs');
    fs.appendFileSync(${JSON.stringify(started)}, 'x');
    process.on('SIGTERM', () => {
      fs.appendFileSync(${JSON.stringify(join(folder, 'order'))}, ${JSON.stringify(`${name} `)});
      ${stubborn ? '' : 'process.exit(0);'}
    });
    setInterval(() => {}, 1000);`;
  return processUnit({
    name,
    roles: ['stand-in'],
    logFile: join(folder, `${name}.log`),
    command: { file: process.execPath, args: ['-e', script], env: {}, cwd: folder },
    async probe() {
      if (!existsSync(started)) {
        throw new Error('not started');
      }
    },
  });
};
const pidOf = (supervisor: Supervisor, name: string): number =>
  supervisor.units.find((unit) => unit.name === name)?.pid ?? 0;
const order = (): string[] => readFileSync(join(folder, 'order'), 'utf8').trim().split(' ');
const backOff = { firstMs: 10, limitMs: 100, healthyAfterMs: 60_000 };

describe('a supervisor', () => {
  test('starts a killed process again, with another pid and a higher count', async () => {
    const ends: unknown[] = [];
    const supervisor = new Supervisor({ backOff, onEnd: (end) => ends.push(end) });
    const counts: number[] = [];
    supervisor.watch((units) => counts.push(units[0]?.restarts ?? -1));
    await supervisor.start([program('a')]);
    const first = pidOf(supervisor, 'a');
    process.kill(first, 'SIGKILL');
    const second = await waitFor('another pid', () => {
      const pid = pidOf(supervisor, 'a');
      return pid !== 0 && pid !== first && pid;
    });
    expect(ends).toEqual([{ name: 'a', pid: first, reason: 'SIGKILL' }]);
    expect(supervisor.units[0]).toMatchObject({ name: 'a', pid: second, restarts: 1 });
    expect(counts.at(-1)).toBe(1);
    await supervisor.stop();
    expect(identify(second)).toBeNull();
  });

  test('starts anew what may hang and does, and leaves alone what does not say so', async () => {
    const lines: string[] = [];
    const supervisor = new Supervisor({
      backOff,
      graceMs: 200,
      liveness: { everyMs: 5, failures: 3 },
      onEvent: (line) => lines.push(line),
    });
    const stuck = new Set<number>();
    let asked = 0;
    const server = (name: string, mayHang: boolean): Unit => ({
      ...program(name),
      mayHang,
      async probe() {
        asked += 1;
        if (stuck.has(pidOf(supervisor, name))) throw new Error('interrupted');
      },
    });
    await supervisor.start([server('steady', false), server('server', true)]);
    const [steady, first] = [pidOf(supervisor, 'steady'), pidOf(supervisor, 'server')];
    stuck.add(steady).add(first);
    const second = await waitFor('another pid', () => {
      const pid = pidOf(supervisor, 'server');
      return pid !== 0 && pid !== first && pid;
    });
    const before = asked;
    await waitFor('more questions', () => asked > before + 10); // the new run is asked too, and answers
    expect(supervisor.units).toMatchObject([
      { name: 'steady', pid: steady, restarts: 0 },
      { name: 'server', pid: second, restarts: 1 },
    ]);
    expect(lines).toEqual([
      'server runs and does not do its work (interrupted); ending it',
      expect.stringContaining('server ended'),
    ]);
    await supervisor.stop();
    expect([first, second, steady].map(identify)).toEqual([null, null, null]);
  });

  test('ends one of its units for good, and keeps the others running', async () => {
    const supervisor = new Supervisor({ backOff });
    await supervisor.start([program('a'), program('b')]);
    const [a, b] = [pidOf(supervisor, 'a'), pidOf(supervisor, 'b')];
    await supervisor.end(['a']);
    expect(identify(a)).toBeNull();
    expect(supervisor.units).toMatchObject([{ name: 'b', pid: b, restarts: 0 }]);
    await supervisor.stop();
    expect(order()).toEqual(['a', 'b']);
  });

  test('told to end while a launch is under way, it ends what that launch still brings up', async () => {
    const supervisor = new Supervisor({ backOff });
    const slow = program('slow');
    const under = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let pid = 0;
    const starting = supervisor.start([
      {
        ...slow,
        async launch(record) {
          under.resolve();
          await gate.promise;
          const running = await slow.launch(record);
          pid = running.pid ?? 0;
          return running;
        },
      },
    ]);
    const started = expect(starting).rejects.toThrow(/abort/);
    await under.promise;
    let settled = false;
    const stopping = supervisor.stop().finally(() => {
      settled = true;
    });
    await setImmediate(); // what waits for nothing has settled by now
    expect(settled).toBe(false);
    gate.resolve();
    await stopping;
    expect(pid).toBeGreaterThan(0);
    expect(identify(pid)).toBeNull();
    await started;
  });

  test('ends later waves first, and nothing is started again while it ends', async () => {
    const supervisor = new Supervisor({ backOff });
    await supervisor.start([program('server')]);
    await supervisor.start([program('app')]);
    const pids = supervisor.units.map(({ pid }) => pid ?? 0);
    await supervisor.stop();
    expect(order()).toEqual(['app', 'server']);
    expect(pids.map(identify)).toEqual([null, null]);
    expect(supervisor.units.map(({ restarts }) => restarts)).toEqual([0, 0]);
  });

  test('kills what does not end in time', async () => {
    const supervisor = new Supervisor({ backOff, graceMs: 200 });
    await supervisor.start([program('stubborn', { stubborn: true })]);
    const pid = pidOf(supervisor, 'stubborn');
    await supervisor.stop();
    expect(order()).toEqual(['stubborn']);
    expect(identify(pid)).toBeNull();
  });

  test('gives up on a program that ends again and again, showing its log', async () => {
    const supervisor = new Supervisor({
      backOff,
      explain: (name) => readFileSync(join(folder, `${name}.log`), 'utf8'),
    });
    const failing = processUnit({
      name: 'failing',
      roles: [],
      logFile: join(folder, 'failing.log'),
      command: { file: process.execPath, args: ['-e', 'throw new Error("no configuration")'], env: {}, cwd: folder },
      probe: () => Promise.reject(new Error('nobody there')),
    });
    const starting = supervisor.start([failing]);
    await expect(starting).rejects.toThrow(UnitNotReadyError);
    await expect(starting).rejects.toThrow(/it ended 4 times[\s\S]*no configuration/);
    await supervisor.stop();
  });

  test('says which file it cannot run', async () => {
    const supervisor = new Supervisor({ backOff });
    const missing = processUnit({
      name: 'missing',
      roles: [],
      logFile: join(folder, 'missing.log'),
      command: { file: join(folder, 'nothing'), args: [], env: {}, cwd: folder },
      probe: () => Promise.resolve(),
    });
    await expect(supervisor.start([missing])).rejects.toThrow(/cannot run .*nothing/);
    await supervisor.stop();
  });
});

describe('after a SIGKILL of the supervisor', () => {
  test('what it left is found by pid and start time and ended; a stranger with a recorded pid is left alone', async () => {
    const journalFile = join(folder, 'running.json');
    const script = `
      import { Journal } from ${JSON.stringify(join(import.meta.dirname, 'journal.ts'))};
      import { processUnit } from ${JSON.stringify(join(import.meta.dirname, 'process-unit.ts'))};
      import { Supervisor } from ${JSON.stringify(join(import.meta.dirname, 'supervisor.ts'))};
      const supervisor = new Supervisor({ journal: new Journal(${JSON.stringify(journalFile)}) });
      const unit = (name) => processUnit({
        name, roles: [], logFile: ${JSON.stringify(join(folder, 'log'))}, probe: () => Promise.resolve(),
        command: { file: 'sleep', args: ['600'], env: { PATH: process.env.PATH }, cwd: ${JSON.stringify(folder)} },
      });
      await supervisor.start([unit('server')]);
      await supervisor.start([unit('app')]);
      console.log('up');`;
    const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(starter.stdout, 'data');
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    const left = readJournal(journalFile);
    expect(left.map(({ name, wave }) => [name, wave])).toEqual([
      ['server', 1],
      ['app', 2],
    ]);
    expect(left.map((entry) => entry.process && isAlive(entry.process))).toEqual([true, true]);
    const stranger = spawn('sleep', ['600']);
    try {
      const entry = { name: 'reused', wave: 3, process: { pid: stranger.pid ?? 0, started: 'long ago' } };
      writeFileSync(journalFile, JSON.stringify([...left, entry]));
      expect(await endLeftovers(journalFile, () => Promise.resolve(false))).toEqual(['app', 'server']);
      expect(left.map((entry) => entry.process && isAlive(entry.process))).toEqual([false, false]);
      expect(identify(stranger.pid ?? 0)).not.toBeNull();
      expect(existsSync(journalFile)).toBe(false);
    } finally {
      stranger.kill('SIGKILL');
    }
  });
});
