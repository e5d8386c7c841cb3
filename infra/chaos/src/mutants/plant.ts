import { registerHooks } from 'node:module';
import { MUTANT_VARIABLE, type Mutant, mutate } from './mutant.ts';

// Loaded by app processes before anything else (node --import): they get the mutant in place of what was built, and the
// built file stays as it is. A process whose file does not have the mutant's text ends at once.

const mutant = JSON.parse(process.env[MUTANT_VARIABLE] ?? '') as Mutant;

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith(`/${mutant.file}`)) return loaded;
    return { ...loaded, source: mutate(String(loaded.source), mutant) };
  },
});
