/** `npm run vanish`: shows what a naive program does to orders and what Bezel makes of the same trouble; see --help. */
import {
  createProgress,
  InvalidArgumentError,
  rootCommand,
  startTestServers,
  TEST_SERVER_VARIABLES,
  untilToldToEnd,
} from '@bezel/local/bench';
import type { Account } from './account.ts';
import { asExpected, play, SEVEN_WAYS } from './seven.ts';

const HELP = `
Each way runs twice on real servers, in a database and a topic of its own: first the naive program, then Bezel, with the
same trouble at the same moment. packages/outbox/docs/seven-ways.md explains them.
Servers: those named by BEZEL_TEST_*, when all are; else servers of its own, which end with it.
Exit code 1 when a naive program did not go wrong as the page says, or when anything went wrong with Bezel.`;

const numbers = SEVEN_WAYS.map((_, n) => n + 1);

function chosen(which: string): readonly number[] {
  if (which === 'all') return numbers;
  if (!numbers.map(String).includes(which)) {
    throw new InvalidArgumentError(`There are the ways 1 to ${numbers.length}, and "all".`);
  }
  return [Number(which)];
}

const command = rootCommand('npm run vanish --')
  .description('Seven ways an order vanishes: each with a naive program, and with Bezel.')
  .argument('[way]', '1 to 7, or all', chosen, numbers)
  .option('--json', 'print {"ways":[{"way","title","naive","bezel","asExpected"}]} as the last line', false)
  .addHelpText('after', HELP)
  .parse();
const { json } = command.opts<{ json: boolean }>();
const [which] = command.processedArgs as [readonly number[]];

const say = json ? console.error : console.log;
const signal = untilToldToEnd();
const ended = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
ended.catch(() => {}); // between two ways nobody waits for it
/** As shells say it of a program that Ctrl-C ended. */
const INTERRUPTED = 130;
const given = Object.values(TEST_SERVER_VARIABLES).every((name) => (process.env[name] ?? '') !== '');
const servers = given ? undefined : await startTestServers(createProgress(console.error), signal);
Object.assign(process.env, servers?.env);
try {
  const ways: object[] = [];
  let allAsExpected = true;
  for (const way of which) {
    const played = SEVEN_WAYS[way - 1];
    if (played === undefined) continue;
    say(`${way}. ${played.title}`);
    const naive = await Promise.race([play(played, 'naive'), ended]);
    say(`   naive: ${inWords(naive)}`);
    const bezel = await Promise.race([play(played, 'bezel'), ended]);
    say(`   Bezel: ${inWords(bezel)}`);
    const expected = asExpected(played, { naive, bezel });
    if (!expected) say('   This is not what docs/seven-ways.md says.');
    allAsExpected &&= expected;
    ways.push({ way, title: played.title, naive, bezel, asExpected: expected });
  }
  if (json) console.log(JSON.stringify({ ways }));
  process.exitCode = allAsExpected ? 0 : 1;
} catch (error) {
  console.error(signal.aborted ? 'ended before it was done' : String((error as Error).stack));
  process.exitCode = signal.aborted ? INTERRUPTED : 1;
} finally {
  await servers?.stop();
}
process.exit(); // a way that was ended in its midst leaves connections open

function inWords({ lost, phantom, doubled, outOfOrder }: Account): string {
  const found = Object.entries({ lost, 'never was': phantom, twice: doubled, 'out of order': outOfOrder });
  const words = found.filter(([, facts]) => facts.length > 0).map(([what, facts]) => `${what}: ${facts.join('; ')}`);
  return words.join('. ') || 'nothing lost, nothing twice, all in order';
}
