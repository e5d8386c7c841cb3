import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from '../check/account.ts';

/** Writes accounts as JSON to a folder. Answers the file's path. */
export async function writeEvidence(folder: string, evidence: readonly Account[]): Promise<string> {
  const file = join(folder, 'evidence.json');
  await writeFile(file, JSON.stringify(evidence, null, 2));
  return file;
}
