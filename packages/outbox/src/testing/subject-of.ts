import type { FailpointSubject } from './failpoints.ts';

/** A message as a failpoint's subject. Its data are decoded only when somebody asks for them. */
export const subjectOf = ({
  type,
  key,
  payload,
}: {
  readonly type: string;
  readonly key: string;
  readonly payload: Buffer | null;
}): FailpointSubject => ({
  type,
  key,
  get data(): unknown {
    return JSON.parse(payload?.toString('utf8') ?? 'null');
  },
});
