import { VERSIONS } from '../../download/releases.ts';

export const SERVER_NAMES = ['postgres', 'kafka', 'temporal'] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

/** The variable that names a server somebody else runs. */
export const SERVER_VARIABLES: Readonly<Record<ServerName, string>> = {
  postgres: 'BEZEL_POSTGRES_URL',
  kafka: 'BEZEL_KAFKA_BROKERS',
  temporal: 'BEZEL_TEMPORAL_ADDRESS',
};

/** The official image of each server. */
export const IMAGES: Readonly<Record<ServerName, string>> = {
  postgres: `postgres:${VERSIONS.postgres}`,
  kafka: `apache/kafka:${VERSIONS.kafka}`,
  temporal: `temporalio/temporal:${VERSIONS.temporal}`,
};

/** The oldest versions that were tried; `goForServer` builds the full Temporal server. */
export const MINIMUM = { java: 17, go: '1.25.0', goForServer: '1.26.4', kafka: 4, temporalServer: '1.29' } as const;

/**
 * Which Temporal a stack has: the development server (one process on SQLite, there in seconds), or the full server on
 * the stack's Postgres, which is built with Go and takes load. The variable {@link TEMPORAL_KIND_VARIABLE} says it.
 */
export const TEMPORAL_KINDS = ['dev', 'server'] as const;
export type TemporalKind = (typeof TEMPORAL_KINDS)[number];
export const TEMPORAL_KIND_VARIABLE = 'BEZEL_TEMPORAL';

/** Where a program was found, and which version it says it is. */
export interface Installed {
  readonly file: string;
  readonly version: string;
}

/** What the machine offers: everything the choice depends on, gathered by `inspectMachine`. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Values of {@link SERVER_VARIABLES}. */
  readonly environment: Readonly<Partial<Record<ServerName, string>>>;
  readonly engine:
    | { readonly state: 'not-asked'; readonly why: string }
    | { readonly state: 'absent'; readonly why: string }
    | { readonly state: 'cannot-pull'; readonly why: string }
    | { readonly state: 'answers'; readonly version: string };
  readonly onPath: Readonly<{
    /** Folder with `postgres` and `initdb`. */
    postgres: Installed | null;
    /** Folder with Kafka's jars. */
    kafka: Installed | null;
    /** The `temporal` program; the version is that of the server in it. */
    temporal: Installed | null;
    java: Installed | null;
    go: Installed | null;
    maven: Installed | null;
  }>;
  /** Which Temporal is wanted. */
  readonly temporal: TemporalKind;
  /** Servers the user's cache already holds. */
  readonly cached: Readonly<{ kafka: boolean; temporal: boolean; temporalServer: boolean }>;
  /** Whether npm installed a Postgres for this platform. */
  readonly npmPostgres: boolean;
}

/** One way to get a server's program; ways are tried in order until one works. */
export type Way = 'path' | 'cache' | 'archive' | 'maven' | 'go' | 'npm';

/** Where a server comes from, and why in words for the banner. */
export type Choice =
  | { readonly source: 'environment'; readonly why: string; readonly value: string }
  | { readonly source: 'container'; readonly why: string; readonly image: string }
  | { readonly source: 'native'; readonly why: string; readonly ways: readonly Way[]; readonly otherwise: string };

/** No source can serve; `message` names each missing tool and how to get it. */
export class NoSourceError extends Error {
  readonly code = 'NO_SOURCE';

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'NoSourceError';
  }
}

/**
 * Decides where each server comes from: a URL in the environment, else a container, else a program on this machine.
 * Pure. Throws {@link NoSourceError} with everything that is missing at once.
 */
export function chooseSources(machine: Machine): Readonly<Record<ServerName, Choice>> {
  const problems: string[] = [];
  const natively = ({ ways, otherwise, problem }: Native, why: string): Choice => {
    if (problem !== null) {
      problems.push(problem);
    }
    return { source: 'native', why, ways, otherwise };
  };
  const choose = (server: ServerName): Choice => {
    const value = machine.environment[server];
    if (value !== undefined && value !== '') {
      return { source: 'environment', why: `${SERVER_VARIABLES[server]} is set`, value };
    }
    const { engine } = machine;
    if (server === 'temporal' && machine.temporal === 'server') {
      return natively(fullTemporal(machine), `${TEMPORAL_KIND_VARIABLE}=server`);
    }
    if (engine.state === 'answers') {
      return { source: 'container', why: `a Docker engine (${engine.version}) answers`, image: IMAGES[server] };
    }
    return natively(NATIVE[server](machine), engine.why);
  };
  const choices = { postgres: choose('postgres'), kafka: choose('kafka'), temporal: choose('temporal') };
  if (problems.length > 0) {
    throw new NoSourceError(problems);
  }
  return choices;
}

interface Native {
  readonly ways: readonly Way[];
  /** What to say when every way failed. */
  readonly otherwise: string;
  /** Set when there is no way at all. */
  readonly problem: string | null;
}

const AND_DOCKER = 'or start Docker';

const NATIVE: Readonly<Record<ServerName, (machine: Machine) => Native>> = {
  postgres({ onPath, npmPostgres, platform, arch }) {
    const ways: Way[] = [];
    if (onPath.postgres !== null && majorOf(onPath.postgres.version) === Number(VERSIONS.postgres)) {
      ways.push('path');
    }
    if (npmPostgres) {
      ways.push('npm');
    }
    const otherwise = `Postgres: npm has no Postgres ${VERSIONS.postgres} for ${platform} ${arch}. Install PostgreSQL ${VERSIONS.postgres} so that "postgres" and "initdb" are on the PATH, set ${SERVER_VARIABLES.postgres}, ${AND_DOCKER}.`;
    return { ways, otherwise, problem: ways.length === 0 ? otherwise : null };
  },

  kafka({ onPath, cached }) {
    const ways: Way[] = [];
    if (onPath.kafka !== null && majorOf(onPath.kafka.version) >= MINIMUM.kafka) {
      ways.push('path');
    }
    if (cached.kafka) {
      ways.push('cache');
    } else {
      ways.push('archive');
      if (onPath.maven !== null) {
        ways.push('maven');
      }
    }
    const otherwise = `Kafka: Apache's download sites cannot be reached${onPath.maven === null ? ' and there is no Maven to get it from Maven Central' : ''}. Install Maven ("apt install maven", "brew install maven"), set ${SERVER_VARIABLES.kafka}, ${AND_DOCKER}.`;
    const java = onPath.java === null ? null : majorOf(onPath.java.version);
    if (java === null || java < MINIMUM.java) {
      const found = java === null ? 'there is no "java" on the PATH or in JAVA_HOME' : `this is Java ${java}`;
      return {
        ways,
        otherwise,
        problem: `Kafka needs Java ${MINIMUM.java} or newer, and ${found}. Install it ("apt install openjdk-17-jre-headless", "brew install openjdk"), set ${SERVER_VARIABLES.kafka}, ${AND_DOCKER}.`,
      };
    }
    return { ways, otherwise, problem: null };
  },

  temporal({ onPath, cached }) {
    const ways: Way[] = [];
    if (onPath.temporal !== null && atLeast(onPath.temporal.version, MINIMUM.temporalServer)) {
      ways.push('path');
    }
    if (cached.temporal) {
      ways.push('cache');
    } else {
      ways.push('archive');
      if (onPath.go !== null && atLeast(onPath.go.version, MINIMUM.go)) {
        ways.push('go');
      }
    }
    const go =
      onPath.go === null
        ? ` and there is no Go ${MINIMUM.go} or newer to build it`
        : ways.includes('go')
          ? ''
          : ` and Go ${onPath.go.version} is older than ${MINIMUM.go}, which building it needs`;
    const otherwise = `Temporal: its releases on GitHub cannot be reached${go}. Install the Temporal CLI ("brew install temporal", https://docs.temporal.io/cli) or Go (https://go.dev/dl), set ${SERVER_VARIABLES.temporal}, ${AND_DOCKER}.`;
    return { ways, otherwise, problem: null };
  },
};

/** The full server comes from Go alone: its publisher has images, and no archives. */
function fullTemporal({ onPath: { go }, cached }: Machine): Native {
  const otherwise = `Temporal: the full server could not be built. Leave ${TEMPORAL_KIND_VARIABLE} out for the development server, or set ${SERVER_VARIABLES.temporal}.`;
  if (cached.temporalServer) {
    return { ways: ['cache'], otherwise, problem: null };
  }
  if (go !== null && atLeast(go.version, MINIMUM.goForServer)) {
    return { ways: ['go'], otherwise, problem: null };
  }
  const found = go === null ? 'there is no "go" on the PATH' : `this is Go ${go.version}`;
  const problem = `Temporal: the full server is built with Go ${MINIMUM.goForServer} or newer, and ${found}. Install it (https://go.dev/dl), leave ${TEMPORAL_KIND_VARIABLE} out for the development server, or set ${SERVER_VARIABLES.temporal}.`;
  return { ways: [], otherwise, problem };
}

/** Reads {@link TEMPORAL_KIND_VARIABLE}; the development server unless it says otherwise. Throws {@link NoSourceError}. */
export function temporalKindOf(value = ''): TemporalKind {
  const kind = TEMPORAL_KINDS.find((candidate) => candidate === (value === '' ? 'dev' : value));
  if (kind === undefined) {
    throw new NoSourceError([`${TEMPORAL_KIND_VARIABLE}=${value}: say ${TEMPORAL_KINDS.join(' or ')}`]);
  }
  return kind;
}

const majorOf = (version: string): number => Number.parseInt(version, 10);

/** Compares dotted numbers; a version that is no number is taken as older. */
export function atLeast(version: string, minimum: string): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [index, wanted] of minimum.split('.').map(Number).entries()) {
    const part = parts[index] ?? 0;
    if (Number.isNaN(part) || part !== wanted) {
      return part > wanted;
    }
  }
  return true;
}

/** Whether a start in this environment begins a full Temporal server of its own. */
export const startsFullTemporal = (environment: Readonly<Record<string, string | undefined>>): boolean =>
  (environment[SERVER_VARIABLES.temporal] ?? '') === '' &&
  temporalKindOf(environment[TEMPORAL_KIND_VARIABLE]) === 'server';
