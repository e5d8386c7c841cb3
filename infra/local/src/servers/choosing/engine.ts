import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Machine } from './choice.ts';

/** Where a container engine may listen: the path of a socket, or host and port. */
type EngineAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/**
 * Asks whether a container engine answers, in at most two seconds. `BEZEL_SERVERS=native` says not to ask. Whether it
 * can also provide the images is found out later, by asking it for them.
 */
export async function askEngine(env: NodeJS.ProcessEnv = process.env): Promise<Machine['engine']> {
  if (env['BEZEL_SERVERS'] === 'native') {
    return { state: 'not-asked', why: 'BEZEL_SERVERS=native' };
  }
  const host = env['DOCKER_HOST'] ?? '';
  if (host !== '' && !URL.canParse(host)) {
    return { state: 'absent', why: `DOCKER_HOST is no address: ${host}` };
  }
  let why = 'no Docker engine answers';
  for (const address of host === '' ? usualSockets(env) : [addressIn(new URL(host))]) {
    const answer = await ask(address);
    if ('version' in answer) {
      return { state: 'answers', version: answer.version };
    }
    if (answer.code === 'EACCES' && 'socketPath' in address) {
      why = `this user may not use the Docker engine at ${address.socketPath}`;
    }
  }
  return { state: 'absent', why };
}

const addressIn = (url: URL): EngineAddress =>
  url.protocol === 'unix:'
    ? { socketPath: decodeURIComponent(url.pathname) }
    : { host: url.hostname, port: Number(url.port === '' ? 2_375 : url.port) };

/** Where engines listen unless told otherwise: the system's, one without root, Docker Desktop's. */
function usualSockets(env: NodeJS.ProcessEnv): EngineAddress[] {
  const own = env['XDG_RUNTIME_DIR'] ?? '';
  return [
    '/var/run/docker.sock',
    ...(own === '' ? [] : [join(own, 'docker.sock')]),
    join(homedir(), '.docker', 'run', 'docker.sock'),
    join(homedir(), '.docker', 'desktop', 'docker.sock'),
  ]
    .filter((socketPath) => existsSync(socketPath))
    .map((socketPath) => ({ socketPath }));
}

type Answer = { readonly version: string } | { readonly code: string | undefined };

const ask = (address: EngineAddress): Promise<Answer> =>
  new Promise((resolve) => {
    const asked = request({ ...address, path: '/version', timeout: 2_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve(answerIn(body)));
    });
    asked.on('error', ({ code }: NodeJS.ErrnoException) => resolve({ code }));
    asked.on('timeout', () => {
      asked.destroy();
      resolve({ code: undefined });
    });
    asked.end();
  });

function answerIn(body: string): Answer {
  try {
    const { Version } = JSON.parse(body) as { Version?: unknown };
    return typeof Version === 'string' ? { version: Version } : { code: undefined };
  } catch {
    return { code: undefined };
  }
}
