// Preloaded into a process of its own: when that ends it writes to standard output, as JSON, who imported what, as far
// as this package is one of the two.
import { writeSync } from 'node:fs';
import { registerHooks } from 'node:module';

const imports: [importer: string, imported: string][] = [];
registerHooks({
  resolve(specifier, context, nextResolve) {
    const { url } = nextResolve(specifier, context);
    const pair: [string, string] = [context.parentURL ?? '', url];
    if (pair.some((file) => file.includes('/@bezel/outbox/'))) {
      imports.push(pair);
    }
    return nextResolve(specifier, context);
  },
});
process.once('exit', () => writeSync(1, JSON.stringify(imports)));
