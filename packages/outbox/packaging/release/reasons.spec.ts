import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type Release, reasonsNotToPublish } from './reasons.ts';

const GITHUB = {
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'bookshop/bezel',
  ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example',
};
const GITLAB = {
  GITLAB_CI: 'true',
  CI_PROJECT_URL: 'https://gitlab.com/bookshop/bezel',
  SIGSTORE_ID_TOKEN: 'a token',
};
const READY: Release = {
  version: '0.2.0',
  repository: { type: 'git', url: 'git+https://github.com/bookshop/bezel.git', directory: 'packages/outbox' },
  changelog: '# @bezel/outbox\n\n## 0.2.0\n\n### Minor changes\n\n## 0.1.0\n',
  changesets: ['README.md', 'config.json'],
  env: GITHUB,
};

test('a release from a job that can attest where it was built may be published', () => {
  expect(reasonsNotToPublish(READY)).toEqual([]);
  expect(reasonsNotToPublish({ ...READY, repository: 'https://gitlab.com/bookshop/bezel', env: GITLAB })).toEqual([]);
});

describe('a release is not published', () => {
  test.each<[string, Partial<Release>, RegExp]>([
    ['with a changeset that is no version yet', { changesets: ['tame-owls.md', 'README.md'] }, /tame-owls\.md/],
    ['with a version that CHANGELOG.md does not name', { version: '0.2.1' }, /nothing of 0\.2\.1/],
    ['with one that it names as part of another', { version: '2.0' }, /nothing of 2\.0/],
    ['from a workplace', { env: {} }, /GitHub Actions or GitLab CI/],
    ['from anywhere, as long as it is not known where the sources are public', { repository: '' }, /"repository"/],
    ['without an identity on GitHub', { env: { ...GITHUB, ACTIONS_ID_TOKEN_REQUEST_URL: '' } }, /id-token: write/],
    [
      'without an identity on GitLab',
      { repository: GITLAB.CI_PROJECT_URL, env: { ...GITLAB, SIGSTORE_ID_TOKEN: undefined } },
      /SIGSTORE_ID_TOKEN/,
    ],
    ['with no repository named', { repository: undefined }, /"git\+https:\/\/github\.com\/bookshop\/bezel\.git"/],
    ['with another repository named', { repository: { url: 'https://github.com/other/bezel' } }, /bookshop\/bezel/],
  ])('%s', (_, change, reason) => {
    expect(reasonsNotToPublish({ ...READY, ...change })).toEqual([expect.stringMatching(reason)]);
  });
});

test('all that speaks against a release is said at once', () => {
  const nothing = { ...READY, changelog: '', changesets: ['tame-owls.md'], repository: undefined, env: {} };
  expect(reasonsNotToPublish(nothing)).toHaveLength(4);
});

test('the workflow asks for the identity, tests before it publishes, and publishes by the command that checks', () => {
  const workflow = readFileSync(new URL('../../../../.github/workflows/release.yml', import.meta.url), 'utf8');
  expect(workflow).toMatch(/^ {6}id-token: write\b/m);
  const commands = [...workflow.matchAll(/^ +- run: (.*)$/gm)].map(([, command]) => command);
  expect(commands).toEqual(['npm test', 'npm run release', 'git push --tags']);
  const { scripts } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'));
  expect(scripts.release).toBe('node packages/outbox/packaging/release/check.ts && changeset publish');
});
