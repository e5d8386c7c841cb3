/** Most statements have none of these words. */
const SUSPICIOUS = /\b(?:begin|start|commit|end|rollback|abort|prepare)\b/i;
/** What may hold any word without meaning it: strings, quoted names, comments. */
const QUOTED = /\$([a-z_\d]*)\$.*?\$\1\$|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*.*?\*\//gis;
/** SAVEPOINT, RELEASE and ROLLBACK TO leave the transaction as it is. */
const CONTROL =
  /^\s*(?:begin|commit|end|abort|start\s+transaction|prepare\s+transaction|rollback(?!\s+(?:work\s+|transaction\s+)?to\b))\b/i;

/** Whether the statement, or one of several in it, begins or ends a transaction. Reads words, not SQL: for mistakes, not for malice. */
export const controlsTransaction = (sql: string): boolean =>
  SUSPICIOUS.test(sql) &&
  sql
    .replace(QUOTED, ' ')
    .split(';')
    .some((statement) => CONTROL.test(statement));
