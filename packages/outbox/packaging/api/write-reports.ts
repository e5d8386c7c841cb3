// Writes api/*.api.md, the public surface of the package: npm run api
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { emitDeclarations } from './declarations.ts';
import { renderReport, reportFileOf } from './report.ts';
import { surfaceOf } from './surface.ts';

const PACKAGE = new URL('../../', import.meta.url);
const FOLDER = new URL('api/', PACKAGE);

const declarations = emitDeclarations();
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER);
for (const subpath of declarations.entries.keys()) {
  writeFileSync(new URL(reportFileOf(subpath), PACKAGE), renderReport(subpath, surfaceOf(declarations, subpath)));
}
