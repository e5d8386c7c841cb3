import { describe, expect, test } from '@jest/globals';
import { instancesOf, parseScale, ScaleInvalidError } from './layout.ts';

describe('scale', () => {
  test('adds numbered instances; only the first has the known ports', () => {
    const instances = instancesOf(parseScale('shop-back=2,mes-pricing=3'));
    expect(instances.map(({ instance }) => instance)).toEqual([
      'shop-api',
      'shop-back',
      'shop-back-2',
      'mes-api',
      'mes-back',
      'mes-pricing',
      'mes-pricing-2',
      'mes-pricing-3',
      'crm-api',
    ]);
    expect(instances.filter(({ first }) => !first)).toHaveLength(3);
  });

  test.each(['shop', 'shop-back', 'shop-back=0', 'shop-back=two', 'shop-back=10', 'postgres=2'])(
    'refuses %s',
    (text) => {
      expect(() => parseScale(text)).toThrow(ScaleInvalidError);
    },
  );
});
