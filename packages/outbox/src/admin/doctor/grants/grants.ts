import type { Queryable } from '../../../database/port.ts';
import { type LoginGrant, PURPOSES, rightsFor } from '../../../migrate/grants.ts';
import { type Finding, finding } from '../findings.ts';
import { loginExists, missingRights } from './grants.sql.ts';
import { checksOf } from './rights.ts';

/** Whether logins may do what they do. A name alone does everything. */
export async function missingGrants(
  db: Queryable,
  schemaName: string,
  schema: string,
  logins: readonly (string | LoginGrant)[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const given of logins) {
    const { login, for: purposes } = typeof given === 'string' ? { login: given, for: PURPOSES } : given;
    if (!(await db.query(loginExists(), [login])).rows[0].found) {
      findings.push(finding('GRANT_MISSING', login, 'there is no such login'));
      continue;
    }
    const checks = rightsFor(schema, purposes).flatMap(checksOf);
    const { rows } = await db.query(missingRights(), [login, JSON.stringify(checks), schemaName]);
    if (rows.length > 0) {
      const rights = rows.map(({ privilege, object }) => `${privilege} on ${object.replaceAll('"', '')}`);
      findings.push(finding('GRANT_MISSING', login, `it lacks ${rights.join('; ')}`));
    }
  }
  return findings;
}
