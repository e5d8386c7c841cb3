import { VERSIONS } from '../download/releases.ts';

/** Names of the cache's entries: one folder per server and version. */
export const KAFKA_ENTRY = `kafka-${VERSIONS.kafka}`;
/** With the driver's version: what is built here changes with it. */
export const TEMPORAL_ENTRY = `temporal-${VERSIONS.temporal}-sqlite-${VERSIONS.temporalSqlite}-${process.platform}-${process.arch}`;
export const TEMPORAL_SERVER_ENTRY = `temporal-server-${VERSIONS.temporalServer}-${process.platform}-${process.arch}`;
export const TEMPORAL_UI_ENTRY = `temporal-ui-${VERSIONS.temporalUi}-${process.platform}-${process.arch}`;
