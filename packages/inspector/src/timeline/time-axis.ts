/**
 * Which column a moment falls into. Time runs evenly, except that idle time that would leave no room for what happens is
 * cut out: a program of an hour with bursts of milliseconds shows the bursts.
 */
import type { Segment } from "../recording/segments.js";

/** A stretch of time drawn at the axis' scale. */
export interface Stretch {
  readonly begin: number;
  readonly end: number;
  /** Its first column, and the one after its last. */
  readonly column: number;
  readonly until: number;
}

/** Nothing ran and nothing was ready to. */
interface Idle {
  readonly begin: number;
  readonly end: number;
}

/** A shorter pause is the loop's own work, not the program's. */
const SHORTEST_IDLE = 1e-4;
/** So many pauses must be too short to see, and this share of all, before a longer one is cut out. */
const MANY = 4;
const SHARE = 2 / 3;
/** Columns for each stretch that must be left, so that cutting helps. */
const ROOM = 14;

/** A scale of `columns` columns from `begin` to `end`. */
export class TimeAxis {
  readonly columns: number;
  /** Seconds in a column. */
  readonly scale: number;
  readonly stretches: readonly Stretch[];
  /** The columns between stretches, where time is left out. */
  readonly gaps: readonly number[];

  constructor(begin: number, end: number, columns: number, segments: Iterable<Segment>) {
    this.columns = columns;
    const cuts = chooseCuts(idleTimes(segments, begin, end), end - begin, columns);
    const cutOut = cuts.reduce((sum, cut) => sum + cut.end - cut.begin, 0);
    this.scale = Math.max(end - begin - cutOut, 0) / Math.max(1, columns - 1 - 2 * cuts.length);
    this.stretches = this.#layOut(begin, end, cuts);
    this.gaps = this.stretches.slice(1).map((stretch) => stretch.column - 1);
  }

  #layOut(begin: number, end: number, cuts: readonly Idle[]): Stretch[] {
    const stretches: Stretch[] = [];
    let from = begin;
    let column = 0;
    for (const cut of cuts) {
      const until = Math.min(
        this.columns - 2,
        column + Math.round(this.#cells(cut.begin - from)) + 1,
      );
      stretches.push({ begin: from, end: cut.begin, column, until });
      from = cut.end;
      column = until + 1;
    }
    stretches.push({ begin: from, end, column, until: this.columns });
    return stretches;
  }

  #cells(seconds: number): number {
    return this.scale === 0 ? 0 : seconds / this.scale;
  }

  /** The column of a moment; of one that is left out, the gap's. */
  column(time: number): number {
    for (const stretch of this.stretches) {
      if (time < stretch.begin) return Math.max(0, stretch.column - 1);
      if (time <= stretch.end) return this.#within(stretch, time);
    }
    return this.columns - 1;
  }

  #within({ begin, column, until }: Stretch, time: number): number {
    return Math.min(until - 1, column + Math.round(this.#cells(time - begin)));
  }
}

/** When all tasks waited, for longer than the loop itself takes. */
function idleTimes(segments: Iterable<Segment>, begin: number, end: number): Idle[] {
  const busy = [...segments]
    .filter(({ kind }) => kind !== "wait")
    .sort((a, b) => a.begin - b.begin);
  const idle: Idle[] = [];
  let at = begin;
  for (const segment of busy) {
    if (segment.begin >= end) break;
    if (segment.begin - at >= SHORTEST_IDLE) idle.push({ begin: at, end: segment.begin });
    at = Math.max(at, segment.end);
  }
  if (end - at >= SHORTEST_IDLE) idle.push({ begin: at, end });
  return idle;
}

/** The longest pauses, as few as let most of the others be seen; none when all can be seen or none would help. */
function chooseCuts(idle: readonly Idle[], span: number, columns: number): Idle[] {
  const longest = [...idle].sort((a, b) => length(b) - length(a));
  const most = Math.floor(columns / ROOM) - 1;
  let left = span;
  for (let cuts = 0; cuts <= Math.min(most, longest.length); cuts++) {
    const rest = longest.slice(cuts);
    const scale = left / (columns - 2 * cuts);
    const hidden = rest.filter((one) => length(one) < scale).length;
    if (hidden < MANY || hidden < rest.length * SHARE) {
      return longest.slice(0, cuts).sort((a, b) => a.begin - b.begin);
    }
    left -= length(longest[cuts] ?? { begin: 0, end: 0 });
  }
  return [];
}

function length({ begin, end }: Idle): number {
  return end - begin;
}
