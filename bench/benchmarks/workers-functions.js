/** The same functions for piscina and tinypool, which call the exports of a module by their names. */

/** Gives back what it got. @param {number} value */
export function noop(value) {
  return value;
}

/** Computes for some milliseconds. @param {number} ms */
export function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}

/** Piscina calls no name without it. */
// biome-ignore lint/style/noDefaultExport: piscina looks for it
export default noop;
