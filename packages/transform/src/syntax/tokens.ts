/**
 * Finds the few tokens that the tree does not place: `async`, `*`, `=>`, `(`.
 */

const SKIPPED = /(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)+/y;

/** The first offset from `from` on that is neither space nor comment. */
export function skipSpace(code: string, from: number): number {
  SKIPPED.lastIndex = from;
  return SKIPPED.test(code) ? SKIPPED.lastIndex : from;
}

/**
 * Where `token` begins: the first one from `from` on, outside comments. What lies between may hold words and
 * punctuation, but no string and no template.
 * @throws {Error} when it is not there: the caller has misread the tree.
 */
export function findToken(code: string, token: string, from: number, to: number): number {
  const isWord = /^\w/.test(token);
  for (let at = skipSpace(code, from); at < to; at = skipSpace(code, at)) {
    if (code.startsWith(token, at) && !(isWord && /[\w$]/.test(code[at + token.length] ?? ""))) {
      return at;
    }
    const word = /[\w$]+/y;
    word.lastIndex = at;
    at = word.test(code) ? word.lastIndex : at + 1;
  }
  throw new Error(`Cannot find "${token}" in ${JSON.stringify(code.slice(from, to))}`);
}
