import { createHash, randomUUID } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

const CHECKOUT = join(import.meta.dirname, '..', '..', '..', '..');
/** The folder of what is kept. */
export const KEPT = join(CHECKOUT, 'node_modules', '.cache', 'workflow-bundles');

/** What may change what is bundled without being in the bundle: a file that is resolved to another one, say. */
const AROUND = ['packages/{order-workflow,contracts}/{package.json,src/**/*.ts}', 'package-lock.json'];

interface Kept {
  /** Every file that went into the bundle, by its path, and those around. */
  readonly files: readonly string[];
  readonly hash: string;
  readonly code: string;
}

/**
 * The bundle that `make` makes, which is kept for whoever wants it next: test files and processes of tests, by the dozen.
 * It is made anew when any file changed that went into it, or might have. One is kept of each name.
 */
export async function keptBundle(
  name: string,
  make: () => Promise<{ readonly code: string }>,
): Promise<{ code: string }> {
  const file = join(KEPT, `${name}.json`);
  const kept = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as Kept,
    () => null,
  );
  if (kept !== null && (await hashOf(kept.files)) === kept.hash) return { code: kept.code };
  const around = filesAround();
  const before = await hashOf(around);
  const { code } = await make();
  const files = [...around, ...filesIn(code)];
  // What changed while it was bundled may be in it or not.
  if ((await hashOf(around)) === before) {
    await mkdir(KEPT, { recursive: true });
    const draft = join(KEPT, `${randomUUID()}.draft`);
    await writeFile(draft, JSON.stringify({ files, hash: await hashOf(files), code } satisfies Kept));
    await rename(draft, file);
  }
  return { code };
}

const filesAround = (): string[] =>
  globSync(AROUND, { cwd: CHECKOUT })
    .map((file) => join(CHECKOUT, file))
    .toSorted();

/** The files that a bundle was made of, as its source map names them. */
function filesIn(code: string): string[] {
  const [, map] = /sourceMappingURL=data:application\/json[^,]*;base64,(\S+)/.exec(code) ?? [];
  if (map === undefined) throw new Error('the bundle has no source map: what it was made of is unknown');
  const { sources } = JSON.parse(Buffer.from(map, 'base64').toString('utf8')) as { sources: string[] };
  return sources.filter((source) => isAbsolute(source) && existsSync(source)).toSorted();
}

/** Of names and contents; a file that is gone makes another one, and so does one that was added to those around. */
async function hashOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(filesAround().join('\n'));
  const contents = await Promise.all(files.map((file) => readFile(file).catch(() => 'gone')));
  for (const [n, content] of contents.entries()) hash.update(`\n${files[n]} ${content.length}\n`).update(content);
  return hash.digest('hex');
}
