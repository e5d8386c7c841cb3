/** Half of what the contract allows: a character may count as two there. */
const LONGEST = 127;

/** The name to show for an uploaded file: no folders, no control characters, never empty, 127 characters at most. */
export function fileNameOf(sent: string): string {
  const name = sent
    .replace(/^.*[/\\]/s, '')
    .replace(/[\p{Cc}\p{Cs}]/gu, '')
    .trim();
  return [...name].slice(0, LONGEST).join('') || 'model.stl';
}
