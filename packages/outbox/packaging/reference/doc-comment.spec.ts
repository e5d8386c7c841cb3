import { expect, test } from '@jest/globals';
import { parseDocComment } from './doc-comment.ts';

test('a doc comment is text, then tags at the margin', () => {
  const comment = [
    '/**',
    ' * Does it.',
    ' *',
    ' * - once',
    ' *',
    ' * @returns what it did',
    ' * @throws OneError when it',
    ' *   cannot',
    ' * @throws OtherError',
    ' *',
    ' * @example',
    ' * class Billing {',
    ' *   @OnEvent(OrderPlaced)',
    ' *   bill() {}',
    ' * }',
    ' */',
  ].join('\n');
  expect(parseDocComment(comment)).toEqual({
    text: 'Does it.\n\n- once',
    returns: ['what it did'],
    throws: ['OneError when it\n  cannot', 'OtherError'],
    examples: ['class Billing {\n  @OnEvent(OrderPlaced)\n  bill() {}\n}'],
  });
});

test('one line will do', () => {
  expect(parseDocComment('/** Where the outbox is. */').text).toBe('Where the outbox is.');
  expect(parseDocComment('/** @throws OneError */')).toMatchObject({ text: '', throws: ['OneError'] });
});
