import type { Records } from '@bezel/demo/clients';

/** What the name of the model holds that cannot be made. */
export const UNMAKEABLE = 'unmakeable';

/** What clients complain of, but for those whose order had to be rejected and was. `unmakeable`: files of their models. */
export function complaintsIn(
  { submissions, complaints }: Pick<Records, 'submissions' | 'complaints'>,
  unmakeable: ReadonlySet<string>,
): Records['complaints'] {
  const asMeant = new Set(submissions.flatMap(({ fileName, orderIds }) => (unmakeable.has(fileName) ? orderIds : [])));
  return complaints.filter(({ order, what }) => !(asMeant.has(order) && what.startsWith('rejected: ')));
}
