import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProgramFailedError } from '../download/run.ts';
import { CHECKOUT } from '../stack/places.ts';

/** Where a file is planted that imports what it must not, and the rule that has to find it. */
const PLANTS = [
  { folder: 'packages/outbox/src', imports: '../../contracts/src/index.ts', rule: 'outbox-imports-nothing-of-ours' },
  { folder: 'apps/shop-api/src', imports: '../../crm-api/src/main.ts', rule: 'shop-api-imports-packages-only' },
] as const;

/**
 * Proves that the import rule can fail: plants one violation at a time, runs `checkImports`, and throws unless it failed
 * naming the rule. The planted files are removed in any case.
 */
export async function plantedViolationsAreFound(checkImports: () => Promise<unknown>): Promise<void> {
  for (const { folder, imports, rule } of PLANTS) {
    const file = join(CHECKOUT, folder, `planted-${randomBytes(4).toString('hex')}.ts`);
    writeFileSync(file, `import '${imports}';\n`);
    try {
      const found = await checkImports().then(
        () => null,
        (error: unknown) => error,
      );
      if (!(found instanceof ProgramFailedError) || !found.message.includes(rule)) {
        throw new Error(`the import rule ${rule} did not find an import of ${imports} planted in ${folder}`);
      }
    } finally {
      rmSync(file, { force: true });
    }
  }
}
