import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VERSIONS } from '../../../download/releases.ts';
import { logFile } from '../../../stack/places.ts';
import type { Ports } from '../../../stack/state/ports.ts';
import type { Unit } from '../../../supervisor/unit.ts';
import type { Choice } from '../../choosing/choice.ts';
import { type ProvideContext, type WebUi, webUiUrl } from '../../context.ts';
import { type Provided, type ServerAddresses, TEMPORAL_NAMESPACE } from '../../server.ts';
import { IN_WORDS, origin } from '../ways.ts';
import {
  dynamicConfiguration,
  metricsUrl,
  SERVICES,
  type ServerSettings,
  serverConfiguration,
  uiConfiguration,
} from './configuration.ts';
import { provideTemporalDatabases, temporalDatabases } from './databases.ts';
import { obtainTemporalServer, obtainTemporalUi } from './programs.ts';
import { temporalServerUnit, temporalUiUnit } from './units.ts';

/** The full Temporal server on the stack's Postgres, with its web UI where somebody will look at it. */
export async function provideTemporalServer(
  choice: Extract<Choice, { source: 'native' }>,
  context: ProvideContext,
): Promise<Provided<ServerAddresses['temporal']>> {
  const { places, ports, secrets, signal } = context;
  const { value: programs, way } = await obtainTemporalServer(choice, context);
  const servicePorts = await portsOf(ports);
  const metricsPort = await ports.remembered('temporal-metrics');
  const address = `127.0.0.1:${servicePorts.frontend.grpc}`;
  const configuration = join(places.temporalServer, 'server.yaml');
  const ui = context.webUi === null ? null : await provideUi(address, context.webUi, context);
  return {
    server: 'temporal',
    address: { address, namespace: TEMPORAL_NAMESPACE, ui: ui?.url ?? null, metrics: metricsUrl(metricsPort) },
    unit: temporalServerUnit({
      program: programs.server,
      configuration,
      address,
      logFile: logFile(places, 'temporal'),
    }),
    async onPostgres(superuserUrl) {
      await provideTemporalDatabases(superuserUrl, secrets, programs.sqlTool, signal);
      const databases = temporalDatabases(superuserUrl, secrets);
      const dynamicFile = join(places.temporalServer, 'dynamic.yaml');
      await writeConfiguration(dynamicFile, dynamicConfiguration());
      await writeConfiguration(
        configuration,
        serverConfiguration({ ports: servicePorts, metricsPort, dynamicFile, databases }),
      );
    },
    companions: ui === null ? [] : [ui.unit],
    origin: origin(`full server ${VERSIONS.temporalServer} on Postgres, ${IN_WORDS[way]}`, choice.why),
  };
}

/** Low ones: in Postgres the server keeps its services' ports as smallint. */
async function portsOf(ports: Ports): Promise<ServerSettings['ports']> {
  const found: Record<string, { grpc: number; membership: number }> = {};
  for (const service of SERVICES) {
    found[service] = {
      grpc: await ports.remembered(`temporal-${service}`, 'low'),
      membership: await ports.remembered(`temporal-${service}-membership`, 'low'),
    };
  }
  return found as ServerSettings['ports'];
}

async function provideUi(
  server: string,
  webUi: WebUi,
  context: ProvideContext,
): Promise<{ unit: Unit; url: string } | null> {
  const program = await obtainTemporalUi(context);
  if (program === null) {
    return null;
  }
  const { places } = context;
  const url = webUiUrl(webUi);
  const configuration = join(places.temporalServer, 'ui.yaml');
  await writeConfiguration(configuration, uiConfiguration(webUi, server));
  return {
    url,
    unit: temporalUiUnit({ program, configuration, address: url, logFile: logFile(places, 'temporal-ui') }),
  };
}

/** Its owner alone may read it: it holds a password. */
async function writeConfiguration(file: string, configuration: object): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `${JSON.stringify(configuration, null, 2)}\n`, { mode: 0o600 });
}
