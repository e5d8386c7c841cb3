import {
  type CrashResult,
  type CrashScenario,
  committedIn,
  crashMatrix,
  oneAfterTheOther,
} from '@bezel/outbox/testing';
import pg from 'pg';

/** A migrated database with the tables of the service, and a topic, that nobody else uses. */
export interface Place extends AsyncDisposable {
  readonly url: string;
  readonly brokers: readonly string[];
  readonly topic: string;
}

export function proveCrashes(
  makePlace: () => Promise<Place>,
  { nodeOptions = [], ...scenario }: Partial<CrashScenario> & { readonly nodeOptions?: readonly string[] } = {},
): Promise<CrashResult[]> {
  return crashMatrix({
    ...scenario,
    async begin() {
      const place = await makePlace();
      const pool = new pg.Pool({ connectionString: place.url });
      return {
        program: new URL('place-and-bill.ts', import.meta.url),
        nodeOptions, // such as --import=tsx
        env: { DATABASE_URL: place.url, KAFKA_BROKERS: place.brokers.join(','), TOPIC: place.topic },
        async history() {
          const { rows: handled } = await pool.query('SELECT event_id AS id FROM invoice ORDER BY number');
          return { ...oneAfterTheOther(await committedIn(pool)), handled };
        },
        async [Symbol.asyncDispose]() {
          await pool.end();
          await place[Symbol.asyncDispose]();
        },
      };
    },
  });
}
