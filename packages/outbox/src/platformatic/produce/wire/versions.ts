import {
  createAPI,
  initProducerIdV0,
  initProducerIdV1,
  initProducerIdV4,
  metadataV4,
  metadataV7,
  metadataV9,
  metadataV12,
  Writer,
} from '@platformatic/kafka';
import { type ProduceAnswer, readProduceAnswer } from './produce-response.ts';

const produceApi = (version: number) =>
  createAPI<[body: Buffer], ProduceAnswer>(
    0,
    version,
    (body: Buffer) => Writer.create().append(body),
    (_correlation, _api, _version, reader) => readProduceAnswer(version, reader),
    false,
    false,
  );

/** The latest first. Produce stays below 9, where fields become flexible and, with 13, topics are named by ids. */
const PRODUCE = [8, 7, 6, 5, 4, 3].map(produceApi);
const METADATA = [metadataV12.api, metadataV9.api, metadataV7.api, metadataV4.api];
const INIT_PRODUCER_ID = [initProducerIdV4.api, initProducerIdV1.api, initProducerIdV0.api];

/** What a broker says that it takes. */
export interface VersionRange {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** The requests of a publisher, each in a version that both sides know. */
export interface Apis {
  readonly produce: (typeof PRODUCE)[number];
  readonly metadata: (typeof METADATA)[number];
  readonly initProducerId: (typeof INIT_PRODUCER_ID)[number];
}

/** Chooses the latest versions that a broker takes as well. @throws Error when there are none */
export function chooseApis(offered: readonly VersionRange[]): Apis {
  return {
    produce: choose('Produce', PRODUCE, offered),
    metadata: choose('Metadata', METADATA, offered),
    initProducerId: choose('InitProducerId', INIT_PRODUCER_ID, offered),
  };
}

function choose<Api extends { readonly key: number; readonly version: number }>(
  name: string,
  known: readonly Api[],
  offered: readonly VersionRange[],
): Api {
  const range = offered.find(({ apiKey }) => apiKey === known[0]?.key);
  const chosen = known.find(({ version }) => range && version >= range.minVersion && version <= range.maxVersion);
  if (chosen !== undefined) return chosen;
  const takes = range === undefined ? 'does not know it' : `takes ${range.minVersion} to ${range.maxVersion}`;
  throw new Error(
    `${name} is spoken here in versions ${known.map(({ version }) => version).join(', ')}; the broker ${takes}`,
  );
}
