import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProgramFailedError } from '../download/run.ts';
import { CHECKOUT } from '../stack/places.ts';

/** Where a file is planted that imports what it must not, and the rule that has to find it. */
const PLANTS = [
  { folder: 'packages/outbox/src', imports: '../../contracts/src/index.ts', rule: 'outbox-imports-nothing-of-ours' },
  { folder: 'apps/shop-api/src', imports: '../../crm-api/src/main.ts', rule: 'shop-api-imports-packages-only' },
  {
    folder: 'infra/chaos/src/check',
    imports: '../../../../packages/order-workflow/src/index.ts',
    rule: 'the-checker-of-chaos-shares-no-code',
  },
  {
    folder: 'infra/demo/src/clients',
    imports: '../../../../packages/ledger/src/index.ts',
    rule: 'what-people-do-shares-no-code',
  },
] as const;

/**
 * Proves that the import rules can fail: plants a violation of each, runs `checkImports`, and throws unless it failed naming
 * every rule with the planted file. The files are removed in any case.
 */
export async function plantedViolationsAreFound(checkImports: () => Promise<unknown>): Promise<void> {
  const planted = PLANTS.map((plant) => {
    const name = `planted-${randomBytes(4).toString('hex')}.ts`;
    return { ...plant, name, file: join(CHECKOUT, plant.folder, name) };
  });
  try {
    for (const { file, imports } of planted) writeFileSync(file, `import '${imports}';\n`);
    const found = await checkImports().then(
      () => null,
      (error: unknown) => error,
    );
    for (const { folder, imports, rule, name } of planted) {
      const named = found instanceof ProgramFailedError && new RegExp(`${rule}: .*${name}`).test(found.message);
      if (!named) throw new Error(`the import rule ${rule} did not find an import of ${imports} planted in ${folder}`);
    }
  } finally {
    for (const { file } of planted) rmSync(file, { force: true });
  }
}
