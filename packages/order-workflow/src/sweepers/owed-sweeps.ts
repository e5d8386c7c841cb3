import { type OwningApp, SWEEPERS } from './sweepers.ts';

/** A periodic job of an app, as a role of it has to run it. */
export interface OwedSweep {
  readonly role: string;
  readonly name: string;
  readonly everyMs: number;
}

/** Every periodic job that the roles of an app have to run, by role and name. */
export const sweepsOwed = (app: OwningApp): readonly OwedSweep[] =>
  byRoleAndName(
    Object.entries(SWEEPERS).flatMap(([name, { runsIn, watched }]) =>
      watched.as !== 'sweep'
        ? []
        : runsIn.filter((place) => place.app === app).map(({ role }) => ({ role, name, everyMs: watched.everyMs })),
    ),
  );

/** What the roles of an app run, in the same order. */
export const sweepsRun = (roles: Readonly<Record<string, readonly Omit<OwedSweep, 'role'>[]>>): readonly OwedSweep[] =>
  byRoleAndName(
    Object.entries(roles).flatMap(([role, sweeps]) => sweeps.map(({ name, everyMs }) => ({ role, name, everyMs }))),
  );

const byRoleAndName = (sweeps: readonly OwedSweep[]): readonly OwedSweep[] =>
  [...sweeps].sort((a, b) => `${a.role} ${a.name}`.localeCompare(`${b.role} ${b.name}`));
