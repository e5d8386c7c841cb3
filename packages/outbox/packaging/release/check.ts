// Says why a release must not be published, and ends with 1 if it must not: npm run release
import { readdirSync, readFileSync } from 'node:fs';
import { readManifest } from '../manifest.ts';
import { reasonsNotToPublish } from './reasons.ts';

const { version, repository } = readManifest();
const reasons = reasonsNotToPublish({
  version,
  repository,
  changelog: readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8'),
  changesets: readdirSync(new URL('../../../../.changeset/', import.meta.url)),
  env: process.env,
});
for (const reason of reasons) {
  console.error(`@bezel/outbox ${version} is not published: ${reason}`);
}
process.exitCode = reasons.length === 0 ? 0 : 1;
