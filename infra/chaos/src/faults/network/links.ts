import type { Link } from '@bezel/local/bench';
import { linksOf } from '../../system/layout.ts';
import type { System } from '../../system/system.ts';
import { type FaultKind, until } from '../fault.ts';

const onLink = (
  name: string,
  what: string,
  lastsS: readonly [number, number],
  breakIt: (link: Link, draw: number) => void,
): FaultKind => ({
  name,
  what,
  lastsS,
  targets: linksOf,
  missing: missingLinks,
  async inject({ target, draw }, system) {
    const link = system.links.get(target);
    if (link === undefined) throw new Error(`there is no link ${target}`);
    breakIt(link, draw);
    return until(() => link.mend(), { idle: () => (link.met > 0 ? null : 'nobody used the link meanwhile') });
  },
});

/** Only a broker that runs as a program here can be told to answer on listeners of the links. */
export function missingLinks({ links, processes }: System): string | null {
  const missing = linksOf(processes).filter((name) => !links.has(name));
  return missing.length === 0 ? null : `Kafka does not advertise the proxies: ${missing.length} links lead past them`;
}

const LEAST_MS = 40;
const MOST_MS = 400;

export const linkCut = onLink(
  'link-cut',
  'connections between one process and one server are reset, and new ones too',
  [1, 15],
  (link) => link.cut(),
);
export const linkSilent = onLink(
  'link-blackhole',
  'nothing comes through between one process and one server; connections stand',
  [3, 25],
  (link) => link.silence(),
);
export const linkSlow = onLink(
  'link-slow',
  `each piece of data between one process and one server takes ${LEAST_MS} to ${MOST_MS} ms`,
  [5, 20],
  (link, draw) => link.slow(Math.round(LEAST_MS + (MOST_MS - LEAST_MS) * draw)),
);
