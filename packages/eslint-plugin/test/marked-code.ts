/**
 * Test cases in which the findings are marked in the code: what stands between `«` and `»` is to be reported, nothing
 * else is. Positions and the texts after a suggestion are worked out from the marks, so that a case says them once.
 */

/** A place in the code, counted as ESLint does: lines and columns from 1, the end behind the last character. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** One mark: where it is, and the whole code with another text in its place. */
export interface Mark {
  readonly place: Place;
  readonly text: string;
  replaced(by: string): string;
}

/** The code without its marks, and the marks in order. */
export interface MarkedCode {
  readonly code: string;
  readonly marks: readonly Mark[];
}

/** Takes the marks out of the code; they do not nest. */
export function parseMarks(marked: string): MarkedCode {
  const parts = marked.split(/[«»]/);
  const code = parts.join("");
  const marks: Mark[] = [];
  let offset = 0;
  for (const [index, text] of parts.entries()) {
    const start = offset;
    offset += text.length;
    if (index % 2 === 0) continue;
    const end = offset;
    const [from, to] = [position(code, start), position(code, end)];
    marks.push({
      text,
      place: { ...from, endLine: to.line, endColumn: to.column },
      replaced: (by) => code.slice(0, start) + by + code.slice(end),
    });
  }
  return { code, marks };
}

function position(code: string, offset: number): { line: number; column: number } {
  const lines = code.slice(0, offset).split("\n");
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}
