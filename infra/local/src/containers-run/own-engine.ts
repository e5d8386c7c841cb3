import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cacheFolder } from '../download/cache.ts';
import { askEngine } from '../servers/engine.ts';

/** A container engine to run tests on. */
export interface Engine extends AsyncDisposable {
  /** The value of DOCKER_HOST; undefined for the engine that answers anyway. */
  readonly host: string | undefined;
  /** Where it comes from, in words. */
  readonly origin: string;
}

/** No engine answers and none can be started here. */
export class NoEngineError extends Error {
  readonly code = 'NO_ENGINE';

  constructor() {
    super(
      'no Docker engine answers, and none can be started here: start Docker, or, as root on Linux, ' +
        'install the engine alone ("apt install docker.io") so that "dockerd" is on the PATH',
    );
    this.name = 'NoEngineError';
  }
}

const START_MS = 60_000;

/**
 * The engine that answers, else one of our own: `dockerd` as root, with its socket and its images in the cache folder,
 * apart from any other engine. Disposing of it ends it. Throws {@link NoEngineError}.
 */
export async function provideEngine(): Promise<Engine> {
  const answering = await askEngine();
  if (answering.state === 'answers') {
    return { host: undefined, origin: `Docker engine ${answering.version}`, async [Symbol.asyncDispose]() {} };
  }
  const dockerd = programOnPath('dockerd');
  if (dockerd === null || process.getuid?.() !== 0) {
    throw new NoEngineError();
  }
  const folder = join(cacheFolder(), 'docker');
  mkdirSync(folder, { recursive: true });
  const host = `unix://${join(folder, 'docker.sock')}`;
  const log = openSync(join(folder, 'dockerd.log'), 'w', 0o600);
  const child = spawn(
    dockerd,
    [
      '--host',
      host,
      '--data-root',
      join(folder, 'data'),
      '--exec-root',
      join(folder, 'exec'),
      '--pidfile',
      join(folder, 'pid'),
    ],
    { detached: true, stdio: ['ignore', log, log] },
  );
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`exit code ${code ?? signal}`));
  });
  const engine: Engine = {
    host,
    origin: 'a Docker engine of this run’s own (dockerd)',
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
  const answers = async (): Promise<void> => {
    const deadline = performance.now() + START_MS;
    while ((await askEngine({ DOCKER_HOST: host })).state !== 'answers') {
      await delay(100);
      if (performance.now() > deadline) {
        throw new Error(`dockerd does not answer after ${START_MS / 1_000} s; see ${join(folder, 'dockerd.log')}`);
      }
    }
  };
  const died = ended.then((how) => {
    throw new Error(`dockerd ended (${how}); see ${join(folder, 'dockerd.log')}`);
  });
  died.catch(() => {}); // once it answered, its end is ours to ask for
  try {
    await Promise.race([answers(), died]);
    return engine;
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
}

/** The first program of this name on the PATH, or where system programs are though a user's PATH may lack it. */
export function programOnPath(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file)) ?? null;
}
