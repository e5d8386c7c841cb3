/** The clocks of the databases and of Temporal may differ by so much: each gives its rows, messages and workflows their times. */
export const CLOCKS_DIFFER_MS = 10 * 60_000;
