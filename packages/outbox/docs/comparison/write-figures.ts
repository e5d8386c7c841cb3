// Writes the figures of docs/comparison.md: npm run generate
import { readFileSync, writeFileSync } from 'node:fs';
import { PAGE, RESULTS, renderFigures, withFigures } from './figures.ts';

const file = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const page = readFileSync(file(PAGE), 'utf8');
writeFileSync(file(PAGE), withFigures(page, renderFigures(readFileSync(file(RESULTS), 'utf8'))));
