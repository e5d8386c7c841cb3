import { describe, expect, test } from '@jest/globals';
import { withSection } from './results-file.ts';

const headings = (document: string): string[] => document.split('\n').filter((line) => line.startsWith('## '));

describe('withSection', () => {
  test('the first section comes behind a preface', () => {
    const document = withSection('', { name: 'idle', body: '| a |\n' });
    expect(document).toMatch(/^# Results\n/);
    expect(document.endsWith('## idle\n\n| a |\n')).toBe(true);
  });

  test('a section takes the place of the one with its name, and leaves the others as they are', () => {
    const three = ['write', 'idle', 'relay, kafkajs'].reduce(
      (document, name) => withSection(document, { name, body: `${name} before\n\n### more of ${name}` }),
      '',
    );
    const after = withSection(three, { name: 'relay, kafkajs', body: 'now' });
    expect(headings(after)).toEqual(['## idle', '## relay, kafkajs', '## write']);
    expect(after).toContain('## relay, kafkajs\n\nnow\n');
    expect(after).not.toContain('relay, kafkajs before');
    expect(after).toContain('idle before\n\n### more of idle');
    expect(after).toContain('write before');
  });

  test('writing the same section again changes nothing', () => {
    const once = withSection('', { name: 'idle', body: 'x' });
    expect(withSection(once, { name: 'idle', body: 'x' })).toBe(once);
  });

  test('a kind measured with both clients has two sections', () => {
    const one = withSection('', { name: 'relay, kafkajs', body: '1' });
    expect(headings(withSection(one, { name: 'relay, platformatic', body: '2' }))).toHaveLength(2);
  });
});
