import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the state of one stack of a test's own: its path goes into BEZEL_STATE. */
export interface StackState extends AsyncDisposable {
  readonly path: string;
}

/** Makes such a folder. Dispose it when the stack has ended: it goes with all data of the stack, wherever they are. */
export function temporaryStackState(): StackState {
  const path = mkdtempSync(join(tmpdir(), 'bezel-state-'));
  return {
    path,
    async [Symbol.asyncDispose]() {
      const [{ placesIn }, { dropData }] = await Promise.all([
        import('../../stack/places.ts'),
        import('../../stack/state/session.ts'),
      ]);
      await dropData(placesIn(path));
      await rm(path, { recursive: true, force: true });
    },
  };
}
