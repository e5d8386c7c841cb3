import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeJsonAtomically } from '../../supervisor/atomic-json.ts';

/** Names to random secrets, made once and kept in a file only its owner can read. */
export interface Secrets {
  /** 32 random bytes in hexadecimal: safe in URLs, SQL literals and shells. */
  get(name: string): string;
}

export function openSecrets(file: string): Secrets {
  const kept = read(file);
  return {
    get(name) {
      const secret = kept[name] ?? randomBytes(32).toString('hex');
      if (kept[name] === undefined) {
        kept[name] = secret;
        writeJsonAtomically(file, kept);
      }
      return secret;
    },
  };
}

function read(file: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}
