import { deathsIn } from './deaths/armed.ts';
import { type Life, type Lives, lifeFor } from './lives/lives.ts';
import type { Cell } from './matrix/cells.ts';

export interface DriveOptions {
  readonly lives: Lives;
  readonly cells: readonly Cell[];
  /** Where deaths are written down. */
  readonly folder: string;
  /** Orders alive at a time. */
  readonly atOnce: number;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** How often it is told how far the run is. */
const TELL_MS = 10_000;
/** So many lives of a kind in a row without a death in a cell that needs that kind: the rest is not come to. */
const IN_VAIN = 5;

const nameOf = ({ kind, door }: Life): string => `${kind} ${door}`;

/** Lives orders until every cell has been died in, or those that are left are not come to. */
export async function drive({ lives, cells, folder, atOnce, say, signal }: DriveOptions): Promise<void> {
  const vain = new Map<string, number>();
  const diedIn = (): ReadonlySet<string> => new Set(deathsIn(folder).map(({ cell }) => cell));
  /** Kinds of lives that cells are left for, with how many; what was tried in vain apart. */
  const wanted = (): Map<string, { readonly life: Life; readonly left: number }> => {
    const died = diedIn();
    const left = Map.groupBy(
      cells.filter(({ id }) => !died.has(id)),
      (cell) => nameOf(lifeFor(cell)),
    );
    return new Map(
      [...left].flatMap(([name, those]) => {
        const [first] = those;
        if (first === undefined || (vain.get(name) ?? 0) >= IN_VAIN) return [];
        return [[name, { life: lifeFor(first), left: those.length }]];
      }),
    );
  };

  let begun = 0;
  const liveSome = async (): Promise<void> => {
    while (!signal.aborted) {
      const before = wanted();
      const kinds = [...before.values()];
      const chosen = kinds[begun % kinds.length];
      begun += 1;
      if (chosen === undefined) return;
      const name = nameOf(chosen.life);
      await lives.live(chosen.life);
      const left = wanted().get(name)?.left ?? 0;
      vain.set(name, left < chosen.left ? 0 : (vain.get(name) ?? 0) + 1);
    }
  };
  const tell = (): void =>
    say(
      `${diedIn().size} of ${cells.length} deaths, ${lives.begun.size} orders begun, ${lives.tally.steps} steps taken`,
    );
  const telling = setInterval(tell, TELL_MS);
  try {
    await Promise.all(Array.from({ length: atOnce }, liveSome));
  } finally {
    clearInterval(telling);
  }
}
