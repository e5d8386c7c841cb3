// The first import registers metrics and context propagation before anything records into them.
import '@bezel/service/telemetry';
import { configOrExit, startService } from '@bezel/service';
import { readConfig } from './config.ts';
import { shopRoles } from './roles.ts';

const config = configOrExit(readConfig);
await startService({ name: 'shop-api', config, ...shopRoles(config) });
