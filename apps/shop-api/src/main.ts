// The first import registers metrics and context propagation before anything records into them.
import '@bezel/service/telemetry';
import { configOrExit, kafkaClient, startService } from '@bezel/service';
import { readConfig } from './config.ts';
import { shopRoles } from './roles.ts';

const config = configOrExit(readConfig);
const kafka = await kafkaClient(config.kafka, 'shop-api');
await startService({ name: 'shop-api', config, ...shopRoles(config, kafka) });
