import { SERVER_NAMES } from '../servers/choosing/choice.ts';
import { DOORS, type Door } from './layout.ts';
import type { StackFile } from './state/stack-file.ts';

/**
 * What a person wants to know once everything runs. `memory` in bytes; left out where the system does not tell, and
 * where a server is somebody else's or in a container, whose memory the system does not count for this program.
 */
export function bannerOf(stack: StackFile, seconds: number, memory: number | null): string {
  const { urls, source, servers } = stack;
  const open = stack.processes.flatMap((process) => Object.keys(process.urls ?? {}));
  const doors = (Object.entries(DOORS) as [Door, number][]).filter(([door]) => open.includes(door));
  const moved = doors
    .filter(([door, port]) => !urls[door].endsWith(`:${port}`))
    .map(([door, port]) => `port ${port} was busy: ${door} is at ${urls[door]}`);
  return [
    '',
    `Ready in ${seconds.toFixed(1)} s${memoryIn(stack, memory)}.`,
    '',
    ...doors.map(([door]) => `  ${NAMES[door].padEnd(11)} ${urls[door]}`),
    `  Temporal UI ${urls.temporal ?? noUi(stack)}`,
    ...codecOf(stack),
    `  sign-in     ${servers.identity.issuer}`,
    ...moved.map((line) => `  ${line}`),
    '',
    `  Postgres  ${source.postgres}`,
    `  Kafka     ${source.kafka}`,
    `  Temporal  ${source.temporal}`,
    '',
    'Every process and address: .bezel/stack.json. Logs: .bezel/logs. Ctrl-C ends everything.',
  ].join('\n');
}

function memoryIn({ processes }: StackFile, memory: number | null): string {
  const whole = SERVER_NAMES.every((server) => processes.some(({ name, pid }) => name === server && pid !== null));
  return memory === null || !whole
    ? ''
    : `; all processes together hold ${(memory / 2 ** 30).toFixed(1)} GiB of memory`;
}

/** Said where it is needed: without it the UI shows cipher text and an error. */
function codecOf({ processes }: StackFile): string[] {
  const url = processes.find(({ urls }) => urls?.['codec'] !== undefined)?.urls?.['codec'];
  return url === undefined
    ? []
    : [`              sign in there as operator or admin, and open ${url} once: its certificate is its own`];
}

/** Only a server of somebody else's, and a full server whose UI could not be built, have none that we know. */
const noUi = ({ processes }: StackFile): string =>
  processes.some(({ name }) => name === 'temporal')
    ? 'none: it could not be built (see above)'
    : '(that of the server in BEZEL_TEMPORAL_ADDRESS)';

const NAMES: Readonly<Record<Door, string>> = { shop: 'shop', partner: 'partner', mes: 'MES', crm: 'CRM' };
