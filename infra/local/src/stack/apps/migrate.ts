import { appendFileSync } from 'node:fs';
import { run } from '../../download/run.ts';
import { APPS } from '../databases.ts';
import { APP_PROCESSES } from '../layout.ts';
import { CHECKOUT, logFile } from '../places.ts';
import { type AppContext, appEnvironment, entryOf, NODE_ARGUMENTS } from './app-units.ts';

/** Brings every app's database up to date: each app's role `migrate`, with its owner's login, all at the same time. */
export async function migrateAll(context: AppContext, signal: AbortSignal): Promise<void> {
  await Promise.all(
    APPS.map(async (app) => {
      const folder = APP_PROCESSES.find((process) => process.app === app)?.folder ?? app;
      const log = logFile(context.places, `${app}-migrate`);
      await run(process.execPath, [...NODE_ARGUMENTS, entryOf(folder)], {
        cwd: CHECKOUT,
        env: {
          ...appEnvironment(app, context),
          ROLES: 'migrate',
          SERVICE_INSTANCE: `${app}-migrate`,
          MIGRATION_DATABASE_URL: context.databases[app].ownerUrl,
        },
        signal,
        onLine: (line) => appendFileSync(log, `${line}\n`, { mode: 0o600 }),
      });
    }),
  );
}
