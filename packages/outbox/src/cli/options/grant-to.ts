import { type LoginGrant, PURPOSES, type Purpose } from '../../migrate/grants.ts';
import type { Given, OptionSpec } from './parse.ts';
import { UsageError } from './usage-error.ts';

/** Logins, and what they do. */
export const GRANT_TO: OptionSpec = {
  name: 'grant-to',
  value: 'login[=purposes]',
  multiple: true,
  help: `a login of a service; purposes are some of ${PURPOSES.join(',')}, without them all`,
};

/** What `--grant-to` says. @throws UsageError */
export function grantsGiven(given: Given): (string | LoginGrant)[] {
  return given.texts(GRANT_TO.name).map((text) => {
    const [login = '', purposes] = text.split('=', 2);
    if (login === '') {
      throw new UsageError(`--grant-to needs a login; got "${text}"`);
    }
    return purposes === undefined ? login : { login, for: purposes.split(',').map(purposeOf) };
  });
}

function purposeOf(text: string): Purpose {
  const found = PURPOSES.find((purpose) => purpose === text);
  if (found === undefined) {
    throw new UsageError(`--grant-to: "${text}" is no purpose; there are ${PURPOSES.join(', ')}`);
  }
  return found;
}
