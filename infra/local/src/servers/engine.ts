import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Machine } from './choice.ts';

/** Where a container engine may listen: a path of a socket, or host and port. */
type EngineAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/**
 * Asks whether a container engine answers, in at most two seconds. `BEZEL_SERVERS=native` says not to ask. Whether it
 * can also provide the images is found out later, by asking it for them.
 */
export async function askEngine(env: NodeJS.ProcessEnv = process.env): Promise<Machine['engine']> {
  if (env['BEZEL_SERVERS'] === 'native') {
    return { state: 'not-asked', why: 'BEZEL_SERVERS=native' };
  }
  for (const address of addresses(env)) {
    const version = await versionAt(address);
    if (version !== null) {
      return { state: 'answers', version };
    }
  }
  return { state: 'absent', why: 'no Docker engine answers' };
}

function addresses(env: NodeJS.ProcessEnv): EngineAddress[] {
  const host = env['DOCKER_HOST'];
  if (host !== undefined && host !== '') {
    const url = new URL(host);
    return url.protocol === 'unix:'
      ? [{ socketPath: url.pathname }]
      : [{ host: url.hostname, port: Number(url.port === '' ? 2_375 : url.port) }];
  }
  return ['/var/run/docker.sock', join(homedir(), '.docker', 'run', 'docker.sock')]
    .filter((socketPath) => existsSync(socketPath))
    .map((socketPath) => ({ socketPath }));
}

const versionAt = (address: EngineAddress): Promise<string | null> =>
  new Promise((resolve) => {
    const asked = request({ ...address, path: '/version', timeout: 2_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve(versionIn(body)));
    });
    asked.on('error', () => resolve(null));
    asked.on('timeout', () => {
      asked.destroy();
      resolve(null);
    });
    asked.end();
  });

function versionIn(body: string): string | null {
  try {
    const { Version } = JSON.parse(body) as { Version?: unknown };
    return typeof Version === 'string' ? Version : null;
  } catch {
    return null;
  }
}
