import { jest } from '@jest/globals';
import { onPostgres, testFiles } from '../testing/fixtures/servers/older-postgres.ts';

jest.setTimeout(120_000);

await onPostgres(15, {
  files: testFiles(import.meta.url, ['../migrate/migrate', '../writer/create-outbox', '../retention/retention']),
  inFull: testFiles(import.meta.url, [
    '../migrate/grants',
    '../reader/traps',
    '../relay/create-relay',
    '../relay/parking/parking',
  ]),
});
