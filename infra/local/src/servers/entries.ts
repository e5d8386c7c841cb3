import { VERSIONS } from '../download/releases.ts';

/** Names of the cache's entries: one folder per server and version. */
export const KAFKA_ENTRY = `kafka-${VERSIONS.kafka}`;
/** The development server: what is built here has another driver than the publisher's release. */
export const TEMPORAL_ENTRIES = {
  go: `temporal-${VERSIONS.temporal}-sqlite-${VERSIONS.temporalSqlite}-${process.platform}-${process.arch}`,
  archive: `temporal-${VERSIONS.temporal}-release-${process.platform}-${process.arch}`,
} as const;
export const TEMPORAL_SERVER_ENTRY = `temporal-server-${VERSIONS.temporalServer}-${process.platform}-${process.arch}`;
export const TEMPORAL_UI_ENTRY = `temporal-ui-${VERSIONS.temporalUi}-${process.platform}-${process.arch}`;
