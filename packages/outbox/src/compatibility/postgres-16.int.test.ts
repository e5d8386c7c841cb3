import { jest } from '@jest/globals';
import { onPostgres, testFiles } from '../testing/fixtures/servers/older-postgres.ts';

jest.setTimeout(120_000);

await onPostgres(16, {
  files: testFiles(import.meta.url, ['../migrate/migrate', '../retention/retention']),
  inFull: testFiles(import.meta.url, [
    '../writer/create-outbox',
    '../migrate/grants',
    '../reader/traps',
    '../relay/create-relay',
    '../relay/parking/parking',
  ]),
});
