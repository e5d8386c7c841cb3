import { readdirSync, readFileSync } from 'node:fs';

/** One step of the schema: `migrations/<version>_<name>.sql`. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** With `:schema` and `:shards` still in it. */
  readonly template: string;
}

const FOLDER = new URL('../../migrations/', import.meta.url);

/** Every step, in order. */
export function loadMigrations(): Migration[] {
  return readdirSync(FOLDER)
    .flatMap((file) => {
      const [, version, name] = /^(\d{4})_(.+)\.sql$/.exec(file) ?? [];
      return version === undefined || name === undefined
        ? []
        : [{ version: Number(version), name, template: readFileSync(new URL(file, FOLDER), 'utf8') }];
    })
    .sort((a, b) => a.version - b.version);
}

/** Fills in the names. A step sees `:schema` as a quoted identifier and `:shards` as a number. */
export function render(template: string, { schema, shards }: { schema: string; shards: number }): string {
  return template.replace(/(?<!:):(schema|shards)\b/g, (_, name) => (name === 'schema' ? schema : String(shards)));
}
