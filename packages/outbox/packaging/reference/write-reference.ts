// Writes docs/reference, the doc comments of all exported names: npm run generate
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { emitDeclarations } from '../api/declarations.ts';
import { renderReference } from './pages.ts';

const FOLDER = new URL('../../docs/reference/', import.meta.url);

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER);
for (const { file, text } of renderReference(emitDeclarations())) {
  writeFileSync(new URL(file, FOLDER), text);
}
