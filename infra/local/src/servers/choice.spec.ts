import { describe, expect, test } from '@jest/globals';
import { atLeast, chooseSources, type Machine, NoSourceError } from './choice.ts';

const installed = (version: string) => ({ file: '/somewhere', version });

const bare: Machine = {
  platform: 'linux',
  arch: 'x64',
  environment: {},
  engine: { state: 'absent', why: 'no Docker engine answers' },
  onPath: { postgres: null, kafka: null, temporal: null, java: installed('17.0.2'), go: null, maven: null },
  cached: { kafka: false, temporal: false },
  npmPostgres: true,
};
const having = (onPath: Partial<Machine['onPath']>, rest: Partial<Machine> = {}): Machine => ({
  ...bare,
  ...rest,
  onPath: { ...bare.onPath, ...onPath },
});
const waysOf = (machine: Machine) =>
  Object.values(chooseSources(machine)).map((choice) => (choice.source === 'native' ? choice.ways : choice.source));

describe('chooseSources', () => {
  test('an address in the environment wins over an engine, each server for itself', () => {
    const engine = { state: 'answers', version: '28' } as const;
    const choices = chooseSources({ ...bare, engine, environment: { kafka: 'broker:9092', temporal: '' } });
    expect(choices.kafka).toEqual({
      source: 'environment',
      why: 'BEZEL_KAFKA_BROKERS is set',
      value: 'broker:9092',
    });
    expect(choices.postgres).toMatchObject({ source: 'container', image: 'postgres:18' });
    expect(choices.temporal).toMatchObject({ source: 'container', image: 'temporalio/temporal:1.5.1' });
  });

  test('an engine that cannot pull is passed over, and the reason says so', () => {
    const engine = { state: 'cannot-pull', why: 'a Docker engine answers, but cannot pull' } as const;
    const { kafka } = chooseSources({ ...bare, engine });
    expect(kafka.source).toBe('native');
    expect(kafka.why).toBe('a Docker engine answers, but cannot pull');
  });

  test('containers need nothing on the machine', () => {
    const engine = { state: 'answers', version: '28' } as const;
    expect(waysOf(having({ java: null }, { engine, npmPostgres: false }))).toEqual([
      'container',
      'container',
      'container',
    ]);
  });

  test('natively: the PATH, then the cache or the publisher, then the package managers', () => {
    const everything = {
      postgres: installed('18.4'),
      kafka: installed('4.3.0'),
      temporal: installed('1.29.1'),
      go: installed('1.26.8'),
      maven: installed('3.8.7'),
    };
    expect(waysOf(having(everything))).toEqual([
      ['path', 'npm'],
      ['path', 'archive', 'maven'],
      ['path', 'archive', 'go'],
    ]);
    expect(waysOf(having(everything, { cached: { kafka: true, temporal: true } }))).toEqual([
      ['path', 'npm'],
      ['path', 'cache'],
      ['path', 'cache'],
    ]);
    expect(waysOf(bare)).toEqual([['npm'], ['archive'], ['archive']]);
  });

  test('programs of the wrong version are passed over', () => {
    const old = { postgres: installed('15.8'), kafka: installed('3.9.1'), temporal: installed('1.24.2') };
    expect(waysOf(having({ ...old, go: installed('1.22.0') }))).toEqual([['npm'], ['archive'], ['archive']]);
    expect(waysOf(having({ postgres: installed('19.1') }))[0]).toEqual(['npm']);
  });

  test('names everything that is missing at once, with minimum versions', () => {
    const nothing = having({ java: installed('11.0.2') }, { npmPostgres: false, platform: 'freebsd' });
    expect(() => chooseSources(nothing)).toThrow(NoSourceError);
    expect(() => chooseSources(nothing)).toThrow(/Install PostgreSQL 18[\s\S]*Kafka needs Java 17 or newer.*Java 11/);
    expect(() => chooseSources(having({ java: null }))).toThrow(/no "java" on the PATH/);
  });

  test('says what to install when no way worked in the end', () => {
    const { kafka, temporal } = chooseSources(having({ go: installed('1.22.0') }));
    expect(kafka).toMatchObject({ otherwise: expect.stringContaining('there is no Maven') });
    expect(temporal).toMatchObject({ otherwise: expect.stringContaining('Go 1.22.0 is older than 1.25.0') });
  });
});

test.each([
  ['1.26.4', '1.26.4', true],
  ['1.26.10', '1.26.4', true],
  ['1.27', '1.26.4', true],
  ['1.9', '1.26.4', false],
  ['2', '1.29', true],
  ['1.26', '1.26.4', false],
  ['devel', '1.26.4', false],
])('%s is at least %s: %s', (version, minimum, expected) => {
  expect(atLeast(version, minimum)).toBe(expected);
});
