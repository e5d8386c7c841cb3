import { readFileSync } from 'node:fs';
import { UsageError } from '../options/usage-error.ts';

/** A certificate or key, of a file that somebody named. @throws UsageError */
export function readPem(path: string, named: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${named}: ${(error as Error).message}`);
  }
  if (!text.includes('-----BEGIN ')) {
    throw new UsageError(`${named}: ${path} is no PEM file`);
  }
  return text;
}
