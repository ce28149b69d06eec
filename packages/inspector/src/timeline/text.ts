/** How much room texts take on a terminal. */

/** Blocks of characters that take two columns. */
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

const NOTHING = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** The columns that one character takes: 0, 1 or 2. */
export function widthOfCharacter(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (NOTHING.test(character)) return 0;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

/** The columns that a text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += widthOfCharacter(character);
  return width;
}

/** The text without what would move the cursor or colour the screen. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "·");
}

/** The text in at most `width` columns; what is cut off is replaced by `ellipsis`. */
export function cut(text: string, width: number, ellipsis: string): string {
  if (widthOf(text) <= width) return text;
  let room = width - widthOf(ellipsis);
  if (room < 0) return "";
  let kept = "";
  for (const character of text) {
    room -= widthOfCharacter(character);
    if (room < 0) break;
    kept += character;
  }
  return kept.trimEnd() + ellipsis;
}

/** The text, filled up with spaces. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}
