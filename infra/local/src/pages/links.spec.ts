import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const CHECKOUT = new URL('../../../../', import.meta.url);
/** What is fetched, built or kept beside the sources. */
const NOT_OURS = new Set(['node_modules', 'dist']);

/** Every page of the checkout. */
function pagesIn(folder: string): string[] {
  return readdirSync(new URL(folder, CHECKOUT), { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) {
      const hidden = entry.name.startsWith('.') && entry.name !== '.changeset';
      return hidden || NOT_OURS.has(entry.name) ? [] : pagesIn(`${folder}${entry.name}/`);
    }
    return entry.name.endsWith('.md') ? [`${folder}${entry.name}`] : [];
  });
}

/** As GitHub names a heading. */
const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');

/** A heading that comes again has a number behind it. */
function anchorsOf(page: URL): string[] {
  const times = new Map<string, number>();
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => {
    const name = slug(text);
    const before = times.get(name) ?? 0;
    times.set(name, before + 1);
    return before === 0 ? name : `${name}-${before}`;
  });
}

test.each(pagesIn('./'))('every link of %s leads somewhere', (name) => {
  const page = new URL(name, CHECKOUT);
  const text = readFileSync(page, 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const broken = links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const target = new URL(link, page);
    const [file, anchor] = [new URL(target.pathname, target), decodeURIComponent(target.hash.slice(1))];
    return !existsSync(file) || (anchor !== '' && !anchorsOf(file).includes(anchor));
  });
  expect(broken).toEqual([]);
});
