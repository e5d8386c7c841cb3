import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKOUT, run } from '@bezel/local/bench';
import { expect, test } from '@jest/globals';
import { readManifest } from '../manifest.ts';
import { program } from '../tarball.ts';

/** What changesets reads of a checkout, in a repository of its own. */
async function copyOfManifests(): Promise<{ folder: string } & Disposable> {
  const folder = mkdtempSync(join(tmpdir(), 'bezel-release-'));
  const files = globSync(
    ['package.json', 'package-lock.json', '{packages,apps,infra}/*/package.json', '.changeset/config.json'],
    {
      cwd: CHECKOUT,
    },
  );
  for (const file of [...files, 'packages/outbox/CHANGELOG.md']) {
    cpSync(join(CHECKOUT, file), join(folder, file));
  }
  const git = (...args: string[]): Promise<string> => run('git', args, { cwd: folder });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '.');
  await git('-c', 'user.name=test', '-c', 'user.email=test@localhost', 'commit', '--quiet', '--message=start');
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

test('a changeset becomes a version and an entry in CHANGELOG.md, and no private package is released', async () => {
  using copy = await copyOfManifests();
  const before = readManifest();
  const changeset = `---\n'@bezel/outbox': patch\n---\n\nOrders stay where they are.\n`;
  writeFileSync(join(copy.folder, '.changeset', 'orders-stay.md'), changeset);

  await program('changeset', copy.folder, 'version');

  const [major, minor, patch] = before.version.split('.').map(Number);
  const manifest = readManifest(new URL(`file://${copy.folder}/packages/outbox/package.json`));
  expect(manifest.version).toBe(`${major}.${minor}.${Number(patch) + 1}`);
  const changelog = readFileSync(join(copy.folder, 'packages', 'outbox', 'CHANGELOG.md'), 'utf8');
  expect(changelog).toMatch(
    new RegExp(`## ${manifest.version}[^]*Orders stay where they are\\.[^]*## ${before.version}`),
  );
  expect(existsSync(join(copy.folder, 'apps', 'shop-api', 'CHANGELOG.md'))).toBe(false);
  const shop = readManifest(new URL(`file://${copy.folder}/apps/shop-api/package.json`));
  expect(shop.dependencies['@bezel/outbox']).toBe(manifest.version);
});

test('it is published for everybody, with provenance', () => {
  expect(readManifest().publishConfig).toEqual({ access: 'public', provenance: true });
});
