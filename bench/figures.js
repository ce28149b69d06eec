/** Medians, minima and how a figure is written. */

/** @param {readonly number[]} samples at least one */
export function median(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Whole numbers from 100, otherwise three significant digits. @param {number} figure */
export function written(figure) {
  if (figure >= 100) return Math.round(figure).toLocaleString("en");
  return String(Number(figure.toPrecision(3)));
}

/** Two significant digits, whole from 10. @param {number} ratio */
export function writtenRatio(ratio) {
  if (ratio >= 10) return Math.round(ratio).toLocaleString("en");
  return String(Number(ratio.toPrecision(2)));
}

/** @param {number} figure @param {"ns" | "x" | "bytes"} unit */
export function withUnit(figure, unit) {
  return unit === "x" ? written(figure) : `${written(figure)} ${unit === "ns" ? "ns" : "B"}`;
}
