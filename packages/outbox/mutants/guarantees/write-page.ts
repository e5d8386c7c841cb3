// Writes docs/guarantees.md: npm run generate
import { writeFileSync } from 'node:fs';
import { PAGE, renderPage } from './page.ts';

writeFileSync(new URL(`../../${PAGE}`, import.meta.url), renderPage());
