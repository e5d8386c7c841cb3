import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createDatabase, testServers } from '@bezel/local/testing';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { readManifest } from '../packaging/manifest.ts';
import { packTarball, type Tarball } from '../packaging/tarball.ts';
import { blocksOfMarkdown, compileBlocks } from './compile-blocks.ts';
import { openTerminal } from './walk/reader.ts';
import { stepsOf } from './walk/steps.ts';

jest.setTimeout(300_000);

const PAGE = readFileSync(new URL('getting-started.md', import.meta.url), 'utf8');
const STEPS = stepsOf(PAGE);

let tarball: Tarball;
beforeAll(async () => {
  tarball = await packTarball();
});
afterAll(() => tarball?.[Symbol.dispose]());

/** What a run has of its own, in place of what the page names: the package's file, and a topic and a group. */
function ownNames(): (text: string) => string {
  const own = `getting-started.${randomBytes(6).toString('hex')}`;
  return (text) =>
    text
      .replace('@bezel/outbox@0.1.0', tarball.file)
      .replace("topic: 'bookshop.orders'", `topic: '${own}'`)
      .replace("groupId: 'billing'", `groupId: '${own}'`);
}

/** The servers are named by the environment: neither are they started here, nor are their addresses those of the page. */
const ofServers = (text: string): boolean => /^(docker run|export (DATABASE_URL|KAFKA_BROKERS)=)/.test(text);

test('whoever does what getting-started.md says, in an empty folder, sees what it shows', async () => {
  await using database = await createDatabase();
  await using reader = openTerminal({
    DATABASE_URL: database.url,
    KAFKA_BROKERS: testServers().kafkaBrokers.join(','),
    NODE_OPTIONS: '--disable-warning=TimeoutNegativeWarning --disable-warning=ExperimentalWarning',
    ...npmAlone(),
  });
  const named = ownNames();
  for (const step of STEPS) {
    if (step.kind === 'file') await reader.write(step.name, named(step.text));
    if (step.kind === 'text') await reader.sees(step.text);
    if (step.kind === 'sh' && !ofServers(step.text)) await reader.type(named(step.text));
  }
  expect(STEPS.filter(({ text }) => ofServers(text)).length).toBe(2);
});

/** npm as at a terminal: without what an npm script around this test has set for its own workspace. */
function npmAlone(): Record<string, string | undefined> {
  const set = Object.keys(process.env).filter((name) => /^npm_(?!config_(registry|userconfig|cache)$)/i.test(name));
  return { ...Object.fromEntries(set.map((name) => [name, undefined])), npm_config_prefer_offline: 'true' };
}

test('a command that fails, and a line that does not come, are noticed', async () => {
  await using reader = openTerminal({}, 500);
  await reader.type('echo one\necho two');
  await reader.sees('one\ntwo');
  await expect(reader.sees('two\none')).rejects.toThrow('two · one');
  await expect(reader.type('false\ntrue')).rejects.toThrow('failed');
});

test('its files compile', () => {
  expect(compileBlocks([blocksOfMarkdown('getting-started.md', PAGE)], '')).toEqual([]);
});

test('it installs this version, and the versions of the others that this package is tested with', () => {
  const { version, devDependencies } = readManifest() as unknown as Record<string, string> & {
    devDependencies: Record<string, string>;
  };
  const [, line = ''] = /^npm install (.*)$/m.exec(PAGE) ?? [];
  const installed = line.split(' ').map((entry) => /^(.+)@(.+)$/.exec(entry)?.slice(1));
  expect(installed).toEqual(
    ['@bezel/outbox', 'pg', 'kafkajs', 'zod', '@opentelemetry/api'].map((name) => [
      name,
      devDependencies[name] ?? version,
    ]),
  );
});
