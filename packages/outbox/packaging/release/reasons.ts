/** What is going to be published, and where from. */
export interface Release {
  readonly version: string;
  /** `repository` of package.json, as it stands there. */
  readonly repository: unknown;
  readonly changelog: string;
  /** The names of files in `.changeset`. */
  readonly changesets: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Why a release must not be published, in words for whoever started it; empty when it may. The registry refuses some of
 * it as well, but late: when other packages are out, or with words that do not say what to do.
 */
export function reasonsNotToPublish({ version, repository, changelog, changesets, env }: Release): string[] {
  const pending = changesets.filter((name) => name.endsWith('.md') && name !== 'README.md');
  return [
    ...(pending.length === 0
      ? []
      : [`changesets are waiting (${pending.join(', ')}): run "npx changeset version" and commit what it changed`]),
    ...(new RegExp(`^## ${version.replaceAll('.', '\\.')}$`, 'm').test(changelog)
      ? []
      : [`CHANGELOG.md says nothing of ${version}`]),
    ...reasonsAgainstProvenance(repository, env),
  ];
}

/** npm attests where a package was built only from within these, and only with a token of the job's own identity. */
function reasonsAgainstProvenance(repository: unknown, env: Release['env']): string[] {
  const builder = builderOf(env);
  if (builder === undefined) {
    return [
      'provenance is attested in a job of GitHub Actions or GitLab CI alone, and this is none',
      ...(urlOf(repository) === undefined
        ? ['"repository" in packages/outbox/package.json does not say where the sources are public']
        : []),
    ];
  }
  return [
    ...(builder.token ? [] : [`the job has no identity token: ${builder.grant}`]),
    ...(urlOf(repository) === builder.url
      ? []
      : [
          `"repository" in packages/outbox/package.json has to name the repository of this job: ` +
            `{ "type": "git", "url": "git+${builder.url}.git", "directory": "packages/outbox" }`,
        ]),
  ];
}

interface Builder {
  readonly url: string;
  readonly token: boolean;
  /** How the job gets its token. */
  readonly grant: string;
}

function builderOf(env: Release['env']): Builder | undefined {
  if (env['GITHUB_ACTIONS'] === 'true') {
    return {
      url: `${env['GITHUB_SERVER_URL']}/${env['GITHUB_REPOSITORY']}`,
      token: Boolean(env['ACTIONS_ID_TOKEN_REQUEST_URL']),
      grant: 'give it "permissions: id-token: write"',
    };
  }
  if (env['GITLAB_CI'] === 'true') {
    return {
      url: `${env['CI_PROJECT_URL']}`,
      token: Boolean(env['SIGSTORE_ID_TOKEN']),
      grant: 'give it "id_tokens: SIGSTORE_ID_TOKEN: aud: sigstore"',
    };
  }
  return undefined;
}

/** The address that people open, of whatever npm takes as `repository` with an https address. */
function urlOf(repository: unknown): string | undefined {
  const url = typeof repository === 'object' ? (repository as { url?: unknown } | null)?.url : repository;
  return typeof url === 'string' ? url.replace(/^git\+/, '').replace(/\.git$/, '') : undefined;
}
