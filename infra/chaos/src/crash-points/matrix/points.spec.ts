import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '@bezel/local/bench';
import { expect, test } from '@jest/globals';
import { crashMatrixOfOrders } from './cells.ts';
import { POINTS, ROLES, recognisedAt, WRONG_ON_PURPOSE } from './points.ts';
import { ROLES_WITHOUT_CELLS } from './without-step.ts';

/** Every source file of what runs in the stack's processes, tests apart. */
function sources(): readonly { readonly file: string; readonly text: string }[] {
  return ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(CHECKOUT, folder)).flatMap((name) => {
      const src = join(CHECKOUT, folder, name, 'src');
      return readdirSync(src, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !/\.(spec|test)\.ts$|(^|\/)testing\/fixtures\//.test(file))
        .map((file) => ({ file: join(folder, name, 'src', file), text: readFileSync(join(src, file), 'utf8') }));
    }),
  );
}

/** By name: what the code calls it. */
function declared(): ReadonlyMap<string, string> {
  const blocks = sources().flatMap(({ text }) =>
    [...text.matchAll(/(?:export const FAILPOINTS = |= declareFailpoints\()\{([\s\S]*?)\n\}/g)].map(
      ([, block]) => block ?? '',
    ),
  );
  const entries = blocks.flatMap((block) => [...block.matchAll(/^ {2}(\w+): '([a-z.-]+)',$/gm)]);
  return new Map(entries.map(([, constant = '', name = '']) => [name, constant]));
}

const known = new Set([...Object.values(POINTS).flat(), ...WRONG_ON_PURPOSE]);

test('the matrix knows every failpoint there is in the code, and no other', () => {
  expect([...known].sort()).toEqual([...declared().keys()].sort());
});

test('each of them is hit somewhere', () => {
  const all = sources();
  const unused = [...declared()].filter(
    ([, constant]) => !all.some(({ text }) => new RegExp(`(?:FAILPOINTS)\\.${constant}\\b`).test(text)),
  );
  expect(unused).toEqual([]);
});

test('every role × failpoint × step is a cell, or is said to be out of reach and why', () => {
  const { cells, unreachable } = crashMatrixOfOrders();
  const steps = new Set(cells.map(({ step }) => step));
  const places = [...cells, ...unreachable].map(({ role, failpoint, step }) => `${role}/${failpoint}/${step}`);
  const expected = ROLES.flatMap((role) =>
    POINTS[role].flatMap((failpoint) => [...steps].map((step) => `${role}/${failpoint}/${step}`)),
  );
  expect(new Set(places)).toEqual(new Set(expected));
  expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
  expect(unreachable.filter(({ why }) => why === '')).toEqual([]);
});

test('each failpoint is reached in some step, apart from those of roles that do nothing for an order', () => {
  const { cells } = crashMatrixOfOrders();
  const reached = new Set(cells.map(({ role, failpoint }) => `${role}/${failpoint}`));
  const never = ROLES.flatMap((role) => POINTS[role].map((failpoint) => `${role}/${failpoint}`)).filter(
    (place) => !reached.has(place),
  );
  const withoutOrders = ['crm-api', 'crm-relay'] as const;
  const idle = withoutOrders.flatMap((role) => POINTS[role].map((failpoint) => `${role}/${failpoint}`));
  expect(never.sort()).toEqual(idle.sort());
});

test('a message is recognised at points of the same role', () => {
  for (const role of ROLES) {
    for (const failpoint of POINTS[role]) {
      for (const point of recognisedAt(role, failpoint)) expect(POINTS[role]).toContain(point);
    }
  }
});

test('every role of every app has cells, or it is said why it has none', () => {
  const roles = ['shop', 'mes', 'crm'].flatMap((app) => {
    const config = readFileSync(join(CHECKOUT, 'apps', `${app}-api`, 'src', 'config.ts'), 'utf8');
    const [, names = ''] = /export const ROLES = \[(.*)\]/.exec(config) ?? [];
    return [...names.matchAll(/'(\w+)'/g)].map(([, name]) => `${app}-${name}`);
  });
  const others = readdirSync(join(CHECKOUT, 'apps')).filter((name) => !name.endsWith('-api'));
  const codec = 'shop-codec'; // a server of its own, with a configuration of its own
  expect([...ROLES, ...Object.keys(ROLES_WITHOUT_CELLS)].sort()).toEqual([...roles, ...others, codec].sort());
});
