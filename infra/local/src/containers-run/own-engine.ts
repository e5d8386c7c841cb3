import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cacheFolder } from '../download/cache.ts';
import { run } from '../download/run.ts';
import { endProcess } from '../processes/end-process.ts';
import { waitForLock } from '../processes/lock.ts';
import { identify, type ProcessIdentity } from '../processes/process-identity.ts';
import { askEngine } from '../servers/choosing/engine.ts';

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

const ANSWERS_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 30_000;

/**
 * The engine that answers, else one of our own: `dockerd` as root, with its socket and its images in the cache folder,
 * apart from any other engine. One run at a time has it; disposing of it ends it and takes back what it changed on this
 * machine. Throws {@link NoEngineError}.
 */
export async function provideEngine(detail: (text: string) => void, signal: AbortSignal): Promise<Engine> {
  const answering = await askEngine();
  if (answering.state === 'answers') {
    return { host: undefined, origin: `Docker engine ${answering.version}`, async [Symbol.asyncDispose]() {} };
  }
  const dockerd = programOnPath('dockerd');
  if (dockerd === null || process.getuid?.() !== 0) {
    throw new NoEngineError();
  }
  const folder = join(cacheFolder(), 'docker');
  const lock = await waitForLock(`${folder}.lock`, ({ pid }) => detail(`process ${pid} has it; waiting`), signal);
  const hadBridge = existsSync(BRIDGE);
  const host = `unix://${join(folder, 'docker.sock')}`;
  let daemon: ProcessIdentity | null = null;
  const engine: Engine = {
    host,
    origin: 'a Docker engine of this run’s own (dockerd)',
    async [Symbol.asyncDispose]() {
      if (daemon !== null) {
        await endProcess(daemon, 'SIGTERM', ENDS_WITHIN_MS);
      }
      await takeBack(folder, hadBridge);
      lock[Symbol.dispose]();
    },
  };
  try {
    daemon = (await answers(host)) ? leftBehind(folder) : await launch(dockerd, folder, host);
    return engine;
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
}

const answers = async (host: string): Promise<boolean> => (await askEngine({ DOCKER_HOST: host })).state === 'answers';

/** The daemon of a run that was killed: it answers on our socket, so its pid file is true. */
const leftBehind = (folder: string): ProcessIdentity | null =>
  identify(Number(readFileSync(join(folder, 'pid'), 'utf8')));

/**
 * Ports are opened on 127.0.0.1 by Docker's own proxy: neither packet filter nor forwarding of this machine is touched.
 */
async function launch(dockerd: string, folder: string, host: string): Promise<ProcessIdentity> {
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, 'dockerd.log');
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(
    dockerd,
    [
      ...['--host', host, '--pidfile', join(folder, 'pid')],
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
      ...['--iptables=false', '--ip-masq=false', '--ip-forward=false'],
    ],
    { detached: true, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  let ended: string | null = null;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, signal) => {
    ended = `exit code ${code ?? signal}`;
  });
  const deadline = performance.now() + ANSWERS_WITHIN_MS;
  while (!(await answers(host))) {
    if (ended !== null) {
      throw new Error(`dockerd ended (${ended}); see ${logFile}`);
    }
    if (performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`dockerd does not answer after ${ANSWERS_WITHIN_MS / 1_000} s; see ${logFile}`);
    }
    await delay(100);
  }
  const daemon = child.pid === undefined ? null : identify(child.pid);
  if (daemon === null) {
    throw new Error(`dockerd answered and ended (${ended}); see ${logFile}`);
  }
  return daemon;
}

const BRIDGE = '/sys/class/net/docker0';

/** dockerd leaves its network bridge and a mount behind. */
async function takeBack(folder: string, hadBridge: boolean): Promise<void> {
  const exec = join(folder, 'exec');
  await run('umount', [join(exec, 'netns', 'default')]).catch(() => {}); // newer ones do it themselves
  await rm(exec, { recursive: true, force: true });
  if (!hadBridge && existsSync(BRIDGE)) {
    await run('ip', ['link', 'delete', 'docker0']);
  }
}

/** The first program of this name on the PATH, or where system programs are though a user's PATH may lack it. */
export function programOnPath(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file)) ?? null;
}
