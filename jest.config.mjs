import { SWC_OPTIONS } from './infra/local/src/testing/programs/swc-options.ts';

// Three kinds of test, told apart by file name (docs/architecture.md, "Tests"). Native ESM, swc only strips types and
// decorators; `@bezel/source` makes workspace packages resolve to their sources, so tests never run a stale build.
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@bezel/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', SWC_OPTIONS],
  },
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/.bezel/', '<rootDir>/.nx/'],
};

export default {
  // On a busy machine a worker with a large heap needs longer than the half second it is given. What leaks is named all the same.
  workerGracefulExitTimeout: 20_000,
  projects: [
    { ...shared, displayName: 'spec', testMatch: ['<rootDir>/{packages,apps,infra}/**/*.spec.ts'] },
    {
      ...shared,
      displayName: 'int',
      testMatch: ['<rootDir>/{packages,apps,infra}/**/*.int.test.ts'],
      globalSetup: '<rootDir>/infra/local/src/testing/global-setup.ts',
      globalTeardown: '<rootDir>/infra/local/src/testing/global-teardown.ts',
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/{packages,apps,infra}/**/*.e2e.test.ts'],
      globalSetup: '<rootDir>/infra/local/src/testing/global-setup.ts',
      globalTeardown: '<rootDir>/infra/local/src/testing/global-teardown.ts',
    },
  ],
};
