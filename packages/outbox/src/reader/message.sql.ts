/**
 * The columns of a message that a relay reads, of whatever row `m` is: few, because each costs the relay more than it costs
 * the server. What is a number goes together in one text. So do the names that most rows have in common, as JSON: the relay
 * takes them apart once and knows the text again.
 *
 * A time that RFC 3339 cannot write, which only SQL can have put there, is moved to the nearest that it can: the message
 * still has to go out. Microseconds of such times are whole numbers in a float.
 */
export const messageColumns = (m: string): string => `
  ${m}.shard || ' ' || ${m}.seq || ' ' || round(date_part(
    'epoch', least(greatest(${m}.created_at, '0001-01-01 00:00+00'::timestamptz), '9999-12-31 00:00+00'::timestamptz)
  ) * 1000000)::bigint AS numbers,
  ${m}.id,
  json_build_array(${m}.topic, ${m}.type, ${m}.source)::text AS names,
  ${m}.key, nullif(${m}.headers, '{}') AS headers, ${m}.payload`;
