import { readFileSync, rmSync } from 'node:fs';
import { endProcess } from '../processes/end-process.ts';
import { writeJsonAtomically } from './atomic-json.ts';
import type { Found } from './unit.ts';

/** One thing a start launched, as it can be found again after that start was killed. */
export interface JournalEntry extends Found {
  readonly name: string;
  /** Units of a later wave need those of earlier ones and are ended first. */
  readonly wave: number;
}

/** The record of what is running: written in the tick in which something is launched, removed when all has ended. */
export class Journal {
  readonly #file: string;
  readonly #entries = new Map<string, JournalEntry>();

  constructor(file: string) {
    this.#file = file;
  }

  record(entry: JournalEntry): void {
    this.#entries.set(entry.name, entry);
    this.#write();
  }

  forget(name: string): void {
    this.#entries.delete(name);
    this.#write();
  }

  #write(): void {
    if (this.#entries.size === 0) {
      rmSync(this.#file, { force: true });
    } else {
      writeJsonAtomically(this.#file, [...this.#entries.values()]);
    }
  }
}

/** Reads what an earlier start left behind; empty when it ended in order. */
export function readJournal(file: string): readonly JournalEntry[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JournalEntry[];
  } catch {
    return [];
  }
}

/**
 * Ends what a killed start left running, later waves first, and answers with the names of what was ended. A process is
 * signalled only when its pid and its start time are those recorded. What does not end within `graceMs` is killed.
 */
export async function endLeftovers(
  file: string,
  removeContainer: (id: string) => Promise<boolean>,
  graceMs = 10_000,
): Promise<string[]> {
  const ended: string[] = [];
  const entries = readJournal(file);
  const waves = [...new Set(entries.map((entry) => entry.wave))].sort((a, b) => b - a);
  for (const wave of waves) {
    await Promise.all(
      entries
        .filter((entry) => entry.wave === wave)
        .map(async (entry) => {
          const found =
            entry.process !== undefined
              ? await endProcess(entry.process, entry.stopSignal ?? 'SIGTERM', graceMs)
              : entry.container !== undefined && (await removeContainer(entry.container));
          if (found) {
            ended.push(entry.name);
          }
        }),
    );
  }
  rmSync(file, { force: true });
  return ended;
}
