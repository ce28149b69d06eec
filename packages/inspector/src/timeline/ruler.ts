import { formatDuration, formatMark } from "./format-duration.js";
import type { Glyphs } from "./glyphs.js";
import type { Stretch, TimeAxis } from "./time-axis.js";

const MINUTE = 60;
const HOUR = 3600;
/** Distances between marks beyond a minute, in seconds. */
const LONG = [1, 2, 5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE]
  .concat([30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 48 * HOUR])
  .concat([96 * HOUR, 240 * HOUR, 720 * HOUR, 2400 * HOUR]);
/** Columns from one mark to the next, at least. */
const ROOM = 12;

/** How the moments on an axis are written. */
export interface Scale {
  /** A moment, in seconds since the beginning. */
  moment(time: number): string;
  /** A mark, when they are `step` apart. */
  mark(time: number, step: number): string;
  /** The smallest step between marks. */
  readonly least: number;
}

/** Times: `250ms`, `1.5s`, `2m`. */
export function timeScale(glyphs: Glyphs): Scale {
  return {
    moment: (time) => formatDuration(time, glyphs.micro),
    mark: (time, step) => formatMark(time, step, glyphs.micro),
    least: 0,
  };
}

/** Counts: `step 1`, `10`, `20`. */
export const COUNTED: Scale = {
  moment: (time) => `step ${Math.round(time) + 1}`,
  mark: (time) => String(Math.round(time) + 1),
  least: 1,
};

/** The line above the lanes: `├ 0s ───┼ 1s ───── 2s ┤`; times are shown from `origin` on. */
export function rulerOf(axis: TimeAxis, origin: number, glyphs: Glyphs, scale: Scale): string {
  const { first, mark, line, last } = glyphs.ruler;
  const cells: string[] = new Array(axis.columns).fill(line);
  const step = stepOf(Math.max(scale.least, axis.scale * ROOM));
  for (const [index, stretch] of axis.stretches.entries()) {
    const isLast = index === axis.stretches.length - 1;
    let { until } = stretch;
    if (index > 0) cells[stretch.column - 1] = glyphs.gap;
    const label = scale.moment(stretch.begin - origin);
    let free = write(cells, stretch.column, until, first, label);
    if (isLast && stretch.end > stretch.begin) {
      const { begin, end } = stretch;
      const moment = index > 0 ? `+${scale.moment(end - begin)}` : scale.moment(end - origin);
      const total = ` ${moment} ${last}`;
      if (until - total.length > free) {
        until -= total.length;
        for (const [i, character] of Array.from(total).entries()) cells[until + i] = character;
      }
    }
    for (const at of marksIn(stretch, origin, step, index > 0)) {
      const column = axis.column(at);
      if (column < free) continue;
      const from = index > 0 ? stretch.begin : origin;
      const text = scale.mark(at - from, step);
      free = write(cells, column, until, mark, index > 0 ? `+${text}` : text);
    }
  }
  return cells.join("");
}

/** The moments to mark in a stretch: round ones of the program's time, or of the stretch's own. */
function* marksIn(
  stretch: Stretch,
  origin: number,
  step: number,
  isOwn: boolean,
): Generator<number, void, void> {
  if (step === 0) return;
  const from = isOwn ? stretch.begin : origin;
  for (let n = Math.floor((stretch.begin - from) / step) + 1; ; n++) {
    const at = from + n * step;
    if (at > stretch.end + step * 1e-6) return;
    yield at;
  }
}

/** Writes a mark and its label where there is room for them; returns the first column that is free for the next. */
function write(
  cells: string[],
  column: number,
  until: number,
  mark: string,
  label: string,
): number {
  const text = Array.from(`${mark} ${label} `);
  if (column + text.length >= until) return until;
  for (const [i, character] of text.entries()) cells[column + i] = character;
  return column + text.length + 1;
}

/** A round number of seconds, no smaller than `least`. */
function stepOf(least: number): number {
  if (least <= 0) return 0;
  if (least > 5) {
    const long = LONG.find((step) => step >= least);
    if (long !== undefined) return long;
  }
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(3));
}
