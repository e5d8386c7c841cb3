import { mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const ROTATE_AT_BYTES = 20 * 1024 * 1024;

/** Opens a log file for appending; one that grew past 20 MiB is set aside as `<file>.1` first, replacing the last. */
export function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > ROTATE_AT_BYTES) {
    renameSync(file, `${file}.1`);
  }
  return openSync(file, 'a', 0o600);
}

/** Sets the log of an earlier start aside as `<file>.1`, so that a new start begins with an empty one. */
export function setLogAside(file: string): void {
  rmSync(`${file}.1`, { force: true });
  if (statSync(file, { throwIfNoEntry: false }) !== undefined) {
    renameSync(file, `${file}.1`);
  }
}

/** The last lines of a log, for an error message; empty when there is none. */
export function tailOfLog(file: string, lines = 15): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
