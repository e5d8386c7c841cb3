import { describe, expect, test } from '@jest/globals';
import { completed, missingPackages } from './platform-packages.ts';

const lock = {
  lockfileVersion: 3,
  packages: {
    '': {},
    'node_modules/linter': {
      version: '2.0.0',
      dev: true,
      optionalDependencies: {
        '@linter/darwin-arm64': '2.0.0',
        '@linter/linux-x64-musl': '2.0.0',
        '@linter/linux-x64': '2.0.0',
        anything: '^1.0.0',
      },
    },
    'node_modules/linter/node_modules/@linter/linux-x64': { version: '2.0.0' },
  },
};

describe('platform packages of a lock file', () => {
  test('those without an entry are found, also when another one is nested', () => {
    expect(missingPackages(lock).map(({ name }) => name)).toEqual([
      '@linter/darwin-arm64',
      '@linter/linux-x64-musl',
      'anything',
    ]);
  });

  test('entries are added for those whose platform and version are plain, and nothing else changes', () => {
    const done = completed(lock);
    expect(done.packages['node_modules/@linter/linux-x64-musl' as '']).toEqual({
      version: '2.0.0',
      cpu: ['x64'],
      dev: true,
      libc: ['musl'],
      optional: true,
      os: ['linux'],
    });
    expect(missingPackages(done).map(({ name }) => name)).toEqual(['anything']);
    expect(done).toMatchObject(lock);
    expect(completed(done)).toEqual(done);
  });
});
