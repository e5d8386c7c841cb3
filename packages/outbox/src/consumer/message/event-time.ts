const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,12})?(?:[Zz]|[+-](?:0\d|1[0-5]):[0-5]\d)$/;

/**
 * Whether it is a time of RFC 3339 that Postgres takes as well. Date.parse is more generous: it reads February 30 as a day of
 * March, and offsets that no place on Earth has.
 */
export function isEventTime(text: string): boolean {
  const [, year, month, day] = RFC_3339.exec(text) ?? [];
  if (year === undefined || year === '0000') {
    return false;
  }
  const date = new Date(Date.UTC(2000, 0));
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // A day that the month does not have is one of the next or of the last.
  return date.getUTCMonth() === Number(month) - 1;
}
