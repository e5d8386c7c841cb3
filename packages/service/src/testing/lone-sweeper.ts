// A process that holds the lock of a sweep until it is killed, for tests that stop it. Its first argument is JSON; it prints a line
// when it has the lock.
import { openDatabase } from '../database/index.ts';
import { exclusively } from '../sweeping/exclusively.ts';

const { url, name, silentForMs } = JSON.parse(process.argv[2] ?? '{}');
const work = async (): Promise<never> => {
  console.log('holds');
  return new Promise(() => undefined);
};
await exclusively(openDatabase({ url, name: 'lone sweeper' }).kysely, name, work, { silentForMs });
