import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOfComments, type Document } from '../../../docs/compile-blocks.ts';
import { readManifest, subpathsOf } from '../../manifest.ts';

const PACKAGE = new URL('../../../', import.meta.url);

/** The examples in doc comments of all sources, by the lines they stand on. */
export function examplesInComments(): Document[] {
  return readdirSync(new URL('src/', PACKAGE), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|\.spec\.ts$|fixtures/.test(path))
    .map((path) => blocksOfComments(`src/${path}`, readFileSync(new URL(`src/${path}`, PACKAGE), 'utf8')))
    .filter(({ blocks }) => blocks.length > 0);
}

/** What an example takes for granted beside what is at hand: everything this package exports, an event and zod. */
export async function importsOfExamples(): Promise<string> {
  const { exports } = readManifest();
  const values = subpathsOf().map(async (subpath) => {
    const target = exports[subpath];
    const source = typeof target === 'object' ? target['@bezel/source'] : subpath;
    const names = Object.keys((await import(new URL(source, PACKAGE).href)) as object);
    return `import { ${names.join(', ')} } from '${join('@bezel/outbox', subpath)}';`;
  });
  return [
    // A name that two subpaths export is imported once: from the package itself.
    ...unique(await Promise.all(values)),
    "import type { HandlerContext, Outbox } from '@bezel/outbox';",
    "import type { EventOf, OutboxParts } from '@bezel/outbox/nestjs';",
    "import type { HealthCheckService } from '@nestjs/terminus';",
    "import { z } from 'zod';",
    "import { OrderPlaced } from './order-placed.ts';",
  ].join(' ');
}

function unique(imports: readonly string[]): string[] {
  const seen = new Set<string>();
  return imports.map((line) =>
    line.replace(/\{ (.*) \}/, (_, names: string) => {
      const fresh = names.split(', ').filter((name) => !seen.has(name));
      for (const name of fresh) seen.add(name);
      return `{ ${fresh.join(', ')} }`;
    }),
  );
}
