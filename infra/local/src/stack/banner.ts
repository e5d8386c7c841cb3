import { DOORS, type Door } from './layout.ts';
import type { StackFile } from './stack-file.ts';

/** What a person wants to know once everything runs. */
export function bannerOf(stack: StackFile, seconds: number): string {
  const { urls, source, servers } = stack;
  const moved = (Object.entries(DOORS) as [Door, number][])
    .filter(([door, port]) => urls[door] !== undefined && !urls[door].endsWith(`:${port}`))
    .map(([door, port]) => `port ${port} is busy: ${door} is at ${urls[door]}`);
  return [
    '',
    `Ready in ${seconds.toFixed(1)} s.`,
    '',
    `  shop        ${urls.shop}`,
    `  partner     ${urls.partner}`,
    `  MES         ${urls.mes}`,
    `  CRM         ${urls.crm}`,
    `  Temporal UI ${urls.temporal ?? '(that of the server in BEZEL_TEMPORAL_ADDRESS)'}`,
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
