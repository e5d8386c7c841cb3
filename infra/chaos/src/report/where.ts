import { provenanceOf } from '@bezel/local/measuring';

/** When, what and where was run. */
export interface Where {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
}

/** Ask before the run, which is a load of its own, and during which somebody may commit. */
export async function where(): Promise<Where> {
  const { date, commit, machine } = await provenanceOf({
    sources: ['packages', 'apps', 'infra/chaos/src', 'infra/demo/src', 'infra/local/src'],
    ...{ servers: [], packages: [] },
  });
  return { date: date ?? '', commit: commit ?? '', machine: machine ?? '' };
}
