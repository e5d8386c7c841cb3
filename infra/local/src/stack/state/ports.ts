import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { cacheFolder } from '../../download/cache.ts';
import { type Lock, LockHeldError, takeLock } from '../../processes/lock.ts';
import { writeJsonAtomically } from '../../supervisor/atomic-json.ts';

/** Ports this process holds for what it is about to start; given back when disposed. */
export interface Ports extends Disposable {
  /**
   * A port for `name`: the one it had last time if that is free, else a free one. Servers keep theirs this way, so that
   * clients that know the address find it again. A `low` port is below 32,768, for programs that keep theirs in 15 bits.
   */
  remembered(name: string, low?: 'low'): Promise<number>;
  /** `wanted`, or when that is busy the next free one above it. */
  atOrAbove(wanted: number): Promise<number>;
}

/**
 * Hands out ports on 127.0.0.1. A port is probed and also claimed by a file in the user's cache folder: between our
 * probe and the moment a program listens, another checkout's start would see it free too.
 */
export function openPorts(memoryFile: string): Ports {
  const claims: Lock[] = [];
  const memory = readMemory(memoryFile);
  const claim = async (port: number): Promise<boolean> => {
    let lock: Lock;
    try {
      lock = takeLock(join(cacheFolder(), 'ports', String(port)));
    } catch (error) {
      if (error instanceof LockHeldError) {
        return false;
      }
      throw error;
    }
    if (await isFree(port)) {
      claims.push(lock);
      return true;
    }
    lock[Symbol.dispose]();
    return false;
  };
  return {
    async remembered(name, low) {
      const last = memory[name];
      if (last !== undefined && (await claim(last))) {
        return last;
      }
      for (;;) {
        const port = low === undefined ? await anyFreePort() : randomInt(...LOW);
        if (await claim(port)) {
          memory[name] = port;
          writeJsonAtomically(memoryFile, memory);
          return port;
        }
      }
    },
    async atOrAbove(wanted) {
      for (let port = wanted; port < wanted + 1_000; port += 1) {
        if (await claim(port)) {
          return port;
        }
      }
      throw new Error(`no free port from ${wanted} to ${wanted + 999}`);
    },
    [Symbol.dispose]() {
      for (const lock of claims) {
        lock[Symbol.dispose]();
      }
    },
  };
}

/** Above the ports people know; what the system hands out by itself begins behind them. */
const LOW = [20_000, 32_768] as const;

function readMemory(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}

/** Free means: nobody answers there (macOS lets one bind beside a listener on all addresses), and it can be bound. */
async function isFree(port: number): Promise<boolean> {
  return !(await answers(port)) && (await canBind(port));
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 500 });
    const settle = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', settle(true)).once('error', settle(false)).once('timeout', settle(false));
  });

const canBind = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });

const anyFreePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
