import { describe, expect, test } from '@jest/globals';
import { parseOptions } from './parse.ts';

const OPTIONS = [
  { name: 'from', value: 'n', help: '' },
  { name: 'since', value: 'time', help: '' },
  { name: 'client', value: 'name', help: '' },
  { name: 'login', value: 'name', multiple: true, help: '' },
];
const given = (...args: string[]) => parseOptions(OPTIONS, args);

describe('options', () => {
  test('are read by kind', () => {
    const options = given('--from', '12', '--login=a', '--login', 'b', '--json', '--client', 'two');
    expect(options.wholeNumber('from')).toBe(12);
    expect(options.texts('login')).toEqual(['a', 'b']);
    expect(options.flag('json')).toBe(true);
    expect(options.flag('help')).toBe(false);
    expect(options.oneOf('client', ['one', 'two'])).toBe('two');
    expect(given().wholeNumber('from')).toBeUndefined();
    expect(given().instant('since')).toBeUndefined();
  });

  test.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00.000Z'],
    ['90s', '2026-01-01T11:58:30.000Z'],
    ['15m', '2026-01-01T11:45:00.000Z'],
    ['2h', '2026-01-01T10:00:00.000Z'],
    ['3d', '2025-12-29T12:00:00.000Z'],
  ])('name an instant as %s', (text, instant) => {
    const now = () => Date.parse('2026-01-01T12:00:00Z');
    expect(given('--since', text).instant('since', now)?.toISOString()).toBe(instant);
  });

  test.each([
    ['an option there is not', () => given('--nonsense')],
    ['a word that is no option', () => given('shop')],
    ['an option without its value', () => given('--from')],
    ['half a number', () => given('--from', '1.5').wholeNumber('from')],
    ['a number below none', () => given('--from=-1').wholeNumber('from')],
    ['a number that is not exact', () => given('--from', '99999999999999999999').wholeNumber('from')],
    ['a time of no zone', () => given('--since', '2026-01-31T12:00:00').instant('since')],
    ['a day there is not', () => given('--since', '2026-13-31').instant('since')],
    ['a span of no unit', () => given('--since', '15').instant('since')],
    ['a choice there is not', () => given('--client', 'three').oneOf('client', ['one', 'two'])],
  ])('%s is refused', (_, read) => {
    expect(read).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
