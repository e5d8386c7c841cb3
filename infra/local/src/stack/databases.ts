import { connected, provideDatabase, provideRole, urlOf } from '../servers/own-database.ts';
import type { Secrets } from './state/secrets.ts';

export const APPS = ['shop', 'mes', 'crm'] as const;
export type App = (typeof APPS)[number];

/** Who may do what with an app's database; each is a connection URL. */
export interface AppDatabase {
  /** The app itself: reads and writes rows. */
  readonly url: string;
  /** Owns the database; used by the role `migrate` only. */
  readonly ownerUrl: string;
  /** Reads the audit views, nothing else. */
  readonly auditUrl: string;
}

/** Reads every app's audit views; itself without a login. Migrations grant to it. */
const AUDIT_ROLE = 'bezel_audit';
const AUDIT_LOGIN = 'bezel_auditor';

/** Creates what is missing of the apps' databases, logins and grants, and sets every password. Safe to repeat. */
export async function provideDatabases(
  superuserUrl: string,
  secrets: Secrets,
): Promise<Readonly<Record<App, AppDatabase>>> {
  await connected(superuserUrl, async (client) => {
    await provideRole(client, AUDIT_ROLE, 'NOLOGIN');
    await provideRole(client, AUDIT_LOGIN, `LOGIN PASSWORD '${secrets.get(AUDIT_LOGIN)}'`);
    await client.query(`GRANT ${AUDIT_ROLE} TO ${AUDIT_LOGIN}`);
    await client.query(`ALTER ROLE ${AUDIT_LOGIN} SET default_transaction_read_only = on`);
    for (const app of APPS) {
      await provideDatabase(superuserUrl, { name: app, owner: ownerOf(app), login: app }, secrets);
      await client.query(`GRANT CONNECT ON DATABASE ${app} TO ${AUDIT_ROLE}`);
    }
  });
  const entries = APPS.map((app): [App, AppDatabase] => [
    app,
    {
      url: urlOf(superuserUrl, app, app, secrets),
      ownerUrl: urlOf(superuserUrl, app, ownerOf(app), secrets),
      auditUrl: urlOf(superuserUrl, app, AUDIT_LOGIN, secrets),
    },
  ]);
  return Object.fromEntries(entries) as Record<App, AppDatabase>;
}

const ownerOf = (app: App): string => `${app}_owner`;
