import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Gives a text a colour, or leaves it as it is where nobody would see one. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_, text) => text;

const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** Colours on a terminal only, and not where NO_COLOR is set to anything (no-color.org). */
export const paintFor = (stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint =>
  stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb' ? coloured : plain;
