// The first import registers metrics and context propagation before anything records into them.
import '@bezel/service/telemetry';
import { configOrExit, kafkaClient, startService } from '@bezel/service';
import { codecRole } from './codec/codec-role.ts';
import { isCodecServer, readCodecConfig } from './codec/config.ts';
import { readConfig } from './config.ts';
import { shopRoles } from './roles.ts';

const config = configOrExit((variables) =>
  isCodecServer(variables) ? readCodecConfig(variables) : readConfig(variables),
);
if ('codec' in config) {
  await startService({ name: 'shop-codec', config, roles: { codec: () => codecRole(config) } });
} else {
  const kafka = await kafkaClient(config.kafka, 'shop-api');
  await startService({ name: 'shop-api', config, ...shopRoles(config, kafka) });
}
