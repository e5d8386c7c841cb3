import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { CHECKOUT } from '@bezel/local/bench';
import { type Mutant, mutate } from './mutant.ts';

const PACKAGE = join('packages', 'outbox');

/**
 * A copy of this package, in which mutants may live: the checkout is never changed. Everything that runs there, child
 * processes included, loads the copy's sources and migrations, and what it imports from the checkout's `node_modules`.
 */
export class Workspace implements Disposable {
  readonly folder: string;

  constructor() {
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), 'bezel-mutants-')));
    const without = [join(CHECKOUT, PACKAGE, 'dist'), join(CHECKOUT, PACKAGE, 'node_modules')];
    cpSync(join(CHECKOUT, PACKAGE), join(this.folder, PACKAGE), {
      recursive: true,
      filter: (source) => !without.some((folder) => source === folder || source.startsWith(folder + sep)),
    });
    symlinkSync(join(CHECKOUT, 'node_modules'), join(this.folder, 'node_modules'), 'dir');
  }

  /** The mutant lives until it is disposed of. */
  plant(mutant: Mutant): Disposable {
    const file = join(this.folder, PACKAGE, mutant.file);
    const source = readFileSync(file, 'utf8');
    writeFileSync(file, mutate(source, mutant));
    return { [Symbol.dispose]: () => writeFileSync(file, source) };
  }

  /** Where a file of the package is in the copy. */
  path(file: string): string {
    return join(this.folder, PACKAGE, file);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A file of the package, as the checkout has it. */
export const sourceOf = (file: string): string => readFileSync(join(dirname(import.meta.dirname), file), 'utf8');
