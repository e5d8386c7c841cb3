import { describe, expect, test } from '@jest/globals';
import { preferredJava } from './java.ts';

const installed = (...versions: string[]) => versions.map((version) => ({ file: `/jdk-${version}/bin/java`, version }));

describe('preferredJava', () => {
  test.each([
    { versions: ['17.0.15', '25.0.3', '21.0.1'], takes: '25.0.3' },
    { versions: ['17.0.15', '21'], takes: '21' },
    { versions: ['26-ea', '17.0.2', '25'], takes: '25' },
    { versions: ['27', '26', '17.0.2'], takes: '17.0.2' },
    { versions: ['27', '26', '11.0.2'], takes: '26' },
  ])('of $versions it takes $takes', ({ versions, takes }) => {
    expect(preferredJava(installed(...versions)).version).toBe(takes);
  });

  test('it says what was found when nothing will do', () => {
    expect(() => preferredJava(installed('11.0.2', '8'))).toThrow(/needs Java 17 or newer.*: 11\.0\.2, 8$/);
    expect(() => preferredJava([])).toThrow(/: none$/);
  });
});
