// The first import registers metrics before anything records into them.
import '@bezel/service/telemetry';
import { configOrExit, startService } from '@bezel/service';
import { readConfig } from './config.ts';
import { reconcilerRole } from './reconciler-role.ts';

const config = configOrExit(readConfig);

await startService({ name: 'reconciler', config, roles: { reconciler: () => reconcilerRole(config) } });
