/**
 * One task on one line: where it ran, what it waited for, how it ended.
 *
 * A cell shows the task running when it ran for half of the cell's time, and a dot where it had any step at all: a step
 * is never too short to be seen.
 */
import type { RecordedTask } from "../recording/recording.js";
import type { Segment } from "../recording/segments.js";
import type { Canvas } from "./canvas.js";
import type { Glyphs, Style } from "./glyphs.js";
import { cut, printable, widthOf } from "./text.js";
import type { TimeAxis } from "./time-axis.js";

/** What a lane's texts are made from. */
export interface Names {
  /** The label of a task, by its number; undefined when it is no longer recorded. */
  of(task: number | undefined): string | undefined;
  /** A short name for the main task from which the task descends. */
  mainOf(task: RecordedTask): string;
}

/** Columns that a text must leave of the line it stands on. */
const MARGIN = 3;
const SHORTEST_TEXT = 4;

/** Draws the task's time from `left` on. */
export function drawLane(
  canvas: Canvas,
  left: number,
  axis: TimeAxis,
  segments: readonly Segment[],
  names: Names,
  glyphs: Glyphs,
): void {
  const shares = new Float64Array(axis.columns);
  for (const segment of segments) {
    if (segment.kind === "run") addShares(shares, axis, segment);
    else drawPause(canvas, left, axis, segment, names, glyphs);
  }
  for (const segment of segments) {
    if (segment.kind !== "run") continue;
    const first = axis.column(segment.begin);
    const last = axis.column(segment.end);
    for (let column = first; column <= last; column++) {
      if (axis.gaps.includes(column)) continue;
      if ((shares[column] ?? 0) >= 0.5) canvas.set(left + column, glyphs.run, "run");
      // The ends of a longer stretch are rounded, not dotted.
      else if (last - first < 2) canvas.set(left + column, glyphs.step, "run");
      else if (column === last) canvas.set(left + column, glyphs.end, "run");
    }
  }
}

/** Adds the share of each cell's time that the step took. */
function addShares(shares: Float64Array, axis: TimeAxis, { begin, end }: Segment): void {
  if (axis.scale === 0) return;
  for (const stretch of axis.stretches) {
    const from = Math.max(begin, stretch.begin) - stretch.begin;
    const to = Math.min(end, stretch.end) - stretch.begin;
    if (to <= from) continue;
    const first = from / axis.scale + 0.5;
    const last = to / axis.scale + 0.5;
    for (let cell = Math.floor(first); cell <= last; cell++) {
      const column = stretch.column + cell;
      if (column >= stretch.until) break;
      const share = Math.min(last, cell + 1) - Math.max(first, cell);
      shares[column] = (shares[column] ?? 0) + share;
    }
  }
}

function drawPause(
  canvas: Canvas,
  left: number,
  axis: TimeAxis,
  segment: Segment,
  names: Names,
  glyphs: Glyphs,
): void {
  const first = axis.column(segment.begin);
  const last = axis.column(segment.end);
  const isWait = segment.kind === "wait";
  for (let column = first; column <= last; column++) {
    canvas.set(left + column, isWait ? glyphs.wait : glyphs.ready, isWait ? "wait" : "ready");
  }
  const gaps = axis.gaps.filter((gap) => gap >= first && gap <= last);
  for (const gap of gaps) canvas.set(left + gap, glyphs.gap, "axis");
  if (!isWait) return;
  // The text stands where there is most room for it, between the gaps.
  let best = { from: 0, room: 0 };
  let from = first + 1;
  for (const until of [...gaps, last]) {
    if (until - from > best.room) best = { from, room: until - from };
    from = until + 1;
  }
  const text = textOf(segment, names, best.room - MARGIN, glyphs);
  if (text !== "") canvas.write(left + best.from + 1, ` ${text} `, "what");
}

/** What the wait is for, and who ended it, in at most `room` columns. */
function textOf(segment: Segment, names: Names, room: number, glyphs: Glyphs): string {
  const what = names.of(segment.onTask) ?? printable(segment.on ?? "");
  const by = segment.by === segment.onTask ? undefined : names.of(segment.by);
  // "Queue.get() on an empty queue" is "Queue.get()" for short, and "get()" beside who ended it.
  const short = what.replace(/\(\) on .*/, "()");
  const texts = [what, short];
  if (by !== undefined) {
    texts.unshift(
      ...[what, short, short.replace(/^.*\./, "")].map((text) => `${text} ${glyphs.by} ${by}`),
    );
  }
  const found = texts.find((text) => widthOf(text) <= room);
  if (found !== undefined) return found.trim();
  return room < SHORTEST_TEXT ? "" : cut(short, room, glyphs.ellipsis);
}

/** How a task ended: a mark and words, in the longest form first. */
export function endingOf(
  task: RecordedTask,
  names: Names,
  glyphs: Glyphs,
): { style: Style; texts: readonly string[] } {
  switch (task.outcome) {
    case "returned":
      return { style: "good", texts: [glyphs.returned] };
    case "raised":
      return { style: "bad", texts: [`${glyphs.raised} ${printable(task.error ?? "error")}`] };
    case "cancelled": {
      const short = `${glyphs.cancelled} cancelled`;
      const by = task.cancelledBy === undefined ? undefined : printable(task.cancelledBy);
      const main = task.leftBehind ? names.mainOf(task) : undefined;
      const why = main === undefined ? by && `by ${by}` : `as ${main} ended`;
      return { style: "ended", texts: why === undefined ? [short] : [`${short} ${why}`, short] };
    }
    case "pending": {
      const on = names.of(task.waitsForTask) ?? task.waitsFor;
      if (task.readyAt !== undefined) {
        return { style: "ready", texts: [`${glyphs.pending} ready`, glyphs.pending] };
      }
      const texts = on === undefined ? [] : [`${glyphs.pending} waits for ${printable(on)}`];
      return { style: "wait", texts: [...texts, glyphs.pending] };
    }
  }
}

/** Draws how many of the tasks there were at each moment. */
export function drawCrowd(
  canvas: Canvas,
  left: number,
  axis: TimeAxis,
  tasks: readonly RecordedTask[],
  end: number,
  glyphs: Glyphs,
): void {
  const changes = new Int32Array(axis.columns + 1);
  for (const { createdAt, endedAt } of tasks) {
    const first = axis.column(createdAt);
    const last = axis.column(endedAt ?? end);
    changes[first] = (changes[first] as number) + 1;
    changes[last + 1] = (changes[last + 1] as number) - 1;
  }
  const counts = changes.slice(0, axis.columns);
  for (let i = 1; i < counts.length; i++) {
    counts[i] = (counts[i] as number) + (counts[i - 1] as number);
  }
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const { levels } = glyphs;
  for (const [column, count] of counts.entries()) {
    if (count === 0) continue;
    const level = levels[Math.ceil((count / most) * levels.length) - 1] as string;
    const isGap = axis.gaps.includes(column);
    canvas.set(left + column, isGap ? glyphs.gap : level, isGap ? "axis" : "run");
  }
}

/** How the tasks of a lane ended, counted. */
export function endingsOf(tasks: readonly RecordedTask[], glyphs: Glyphs): string {
  const counts: [string, number][] = [
    [glyphs.returned, count(tasks, "returned")],
    [glyphs.raised, count(tasks, "raised")],
    [glyphs.cancelled, count(tasks, "cancelled")],
    [glyphs.pending, count(tasks, "pending")],
  ];
  return counts
    .filter(([, number]) => number > 0)
    .map(([mark, number]) => `${mark} ${number}`)
    .join(" ");
}

function count(tasks: readonly RecordedTask[], outcome: RecordedTask["outcome"]): number {
  return tasks.reduce((sum, task) => sum + Number(task.outcome === outcome), 0);
}
