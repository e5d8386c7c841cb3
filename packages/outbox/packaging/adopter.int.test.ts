import { createDatabase, createTopic, testServers } from '@bezel/local/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Adopter, adopt, peersAt, type RangeEnd } from './adopter.ts';
import { subpathsOf } from './manifest.ts';
import { packTarball, type Tarball } from './tarball.ts';

jest.setTimeout(300_000);

/** The newest of each range is another one tomorrow: a run that must not depend on the day has the first ones alone. */
const full = process.env['BEZEL_TEST_FULL'] === '1';
const ENDS: readonly { end: RangeEnd; on: string; node?: string }[] = full
  ? [
      { end: 'lowest', on: 'Node 22', node: 'node@22' },
      { end: 'highest', on: 'this Node' },
    ]
  : [{ end: 'lowest', on: 'this Node' }];

describe.each(ENDS)('an empty project with the $end versions of all peers, on $on', ({ end, node }) => {
  let tarball: Tarball;
  let adopter: Adopter;

  beforeAll(async () => {
    tarball = await packTarball();
    adopter = await adopt(tarball.file, end, node);
  });
  afterAll(() => {
    adopter?.[Symbol.dispose]();
    tarball?.[Symbol.dispose]();
  });

  test('installs the tarball beside them and compiles against its types, none of them skipped', async () => {
    if (end === 'lowest') {
      expect(Object.entries(adopter.versions).map(([name, version]) => `${name}@${version}`)).toEqual(peersAt(end));
    }
    await adopter.compile();
    expect(await adopter.run('subpaths')).toBe(String(subpathsOf().length));
  });

  test.each(['kafkajs', 'platformatic'])(
    'writes, relays and consumes with %s, and bezel-outbox sees it',
    async (client) => {
      await using database = await createDatabase();
      const topic = await createTopic('adopter', { partitions: 3 });
      const [broker = ''] = testServers().kafkaBrokers;
      const handled = await adopter.run('program', database.url, broker, topic, client);
      expect(JSON.parse(handled)).toEqual(['by kysely', 'by pg']);
      const status = await adopter.command('status', '--json', '--database-url', database.url);
      expect(JSON.parse(status)).toMatchObject({ consumers: [{ groupId: topic, topic, parkedKeys: 0 }] });
    },
  );

  test.each(['kafkajs', 'platformatic'])(
    'is a Nest application that writes, relays and handles with %s',
    async (client) => {
      await using database = await createDatabase();
      const topic = await createTopic('adopter-nest', { partitions: 3 });
      const [broker = ''] = testServers().kafkaBrokers;
      const done = await adopter.run('nest', database.url, broker, topic, client);
      expect(JSON.parse(done)).toEqual({ handled: ['first', 'second'], status: 'ok' });
    },
  );
});

test('a range of peers that has no end is refused', () => {
  expect(peersAt('lowest', { pg: '^8.11.0', kysely: '>=0.28.0 <0.30.0' })).toEqual(['pg@8.11.0', 'kysely@0.28.0']);
  expect(() => peersAt('lowest', { kysely: '>=0.28.0 <0.30.0 || 1' })).toThrow('kysely');
  expect(() => peersAt('lowest', { kysely: '>=0.28.0' })).toThrow('kysely');
});
