import { labelOf } from "../recording/label-of.js";
import type { RecordedTask, Recording } from "../recording/recording.js";
import { type Segment, segmentsOf } from "../recording/segments.js";
import { byOrder } from "./by-order.js";
import { Canvas } from "./canvas.js";
import { ASCII, type Glyphs, paint, UNICODE } from "./glyphs.js";
import { drawCrowd, drawLane, endingOf, endingsOf, type Names } from "./lane.js";
import { COUNTED, rulerOf, type Scale, timeScale } from "./ruler.js";
import { summaryOf } from "./summarize.js";
import { type Row, rowsOf } from "./task-rows.js";
import { cut, pad, printable, widthOf } from "./text.js";
import { TimeAxis } from "./time-axis.js";

/** What `renderTimeline` takes. */
export interface TimelineOptions {
  /** Columns of the terminal; 80 by default. */
  readonly width?: number | undefined;
  /** Colours it with escape sequences; false by default. */
  readonly color?: boolean | undefined;
  /** How many lanes it may have; 24 by default. What is more is drawn together, or counted. */
  readonly maxLanes?: number | undefined;
  /** Draws it without characters beyond ASCII; false by default. */
  readonly ascii?: boolean | undefined;
  /** Shows what happened from then on, in seconds since the recording began. */
  readonly from?: number | undefined;
  /** Shows what happened until then, in seconds since the recording began. */
  readonly to?: number | undefined;
}

const NARROWEST = 40;
/** Shares of the width that names and endings may take. */
const NAMES = 0.35;
const ENDINGS = 0.34;
/** Columns that endings leave to the axis. */
const LEAST_AXIS = 36;

/**
 * Draws a recording for a terminal: a lane for each task, below the task that made it, against the time. A lane shows when the
 * task ran, what it waited for and, behind an arrow, the task that ended the wait, and how it ended. The last line sums
 * up.
 *
 * Many tasks of one kind share a lane that shows how many there were at each moment. Idle time is cut out where nothing
 * could be seen otherwise. A program that took no time, as on a virtual clock, is drawn against its steps.
 */
export function renderTimeline(recording: Recording, options: TimelineOptions = {}): string {
  const { color = false, maxLanes = 24, ascii = false } = options;
  const width = Math.max(NARROWEST, Math.floor(options.width ?? 80));
  const glyphs = ascii ? ASCII : UNICODE;
  const lines = summaryOf(recording, glyphs).flatMap((line) => wrap(line, width));
  const summary = lines.map((line) => paint(line, "axis", color));
  if (recording.tasks.length === 0) return summary.join("\n");
  const drawing = new Drawing(recording, options, width, Math.max(1, maxLanes), glyphs);
  return [...drawing.lines(color), "", ...summary].join("\n");
}

class Drawing {
  readonly #recording: Recording;
  readonly #glyphs: Glyphs;
  readonly #scale: Scale;
  readonly #width: number;
  readonly #segments: ReadonlyMap<number, readonly Segment[]>;
  readonly #rows: readonly Row[];
  readonly #left: number;
  readonly #names: Names;
  readonly #nameWidth: number;
  readonly #axis: TimeAxis;

  constructor(
    given: Recording,
    { from, to }: TimelineOptions,
    width: number,
    maxLanes: number,
    glyphs: Glyphs,
  ) {
    const tookTime = given.end > given.start;
    const recording = tookTime ? given : byOrder(given);
    this.#scale = tookTime ? timeScale(glyphs) : COUNTED;
    this.#recording = recording;
    this.#glyphs = glyphs;
    this.#width = width;
    this.#segments = segmentsOf(recording);
    const { origin } = recording;
    const begin = Math.max(recording.start, from === undefined ? -Infinity : origin + from);
    const end = Math.max(begin, Math.min(recording.end, to === undefined ? Infinity : origin + to));
    const visible = recording.tasks.filter(
      ({ createdAt, endedAt = end }) => createdAt <= end && endedAt >= begin,
    );
    const { rows, left } = rowsOf(visible, maxLanes, glyphs);
    this.#rows = rows;
    this.#left = left;
    this.#names = namesOf(recording);
    const widest = Math.max(...rows.map((row) => widthOf(row.branch + row.label)));
    this.#nameWidth = Math.min(widest, Math.floor(width * NAMES));
    this.#axis = this.#fit(begin, end);
  }

  /** An axis that leaves room for the endings behind it. */
  #fit(begin: number, end: number): TimeAxis {
    const room = this.#width - this.#nameWidth - 1;
    const segments = [...this.#segments.values()].flat();
    const axis = new TimeAxis(begin, end, room - 2, segments);
    const most = Math.max(2, Math.min(Math.floor(this.#width * ENDINGS), room - LEAST_AXIS));
    let margin = 2;
    for (const row of this.#rows) {
      const beyond = this.#last(row, axis) + 2 - axis.columns;
      const { texts } = this.#ending(row);
      // What a task waits for stands on its lane as a rule: no room is made to say it twice.
      const isPending = row.tasks.length === 1 && row.tasks[0]?.outcome === "pending";
      const needs = (isPending ? texts.slice(-1) : texts).map((text) => beyond + widthOf(text));
      margin = Math.max(margin, needs.find((columns) => columns <= most) ?? most);
    }
    return new TimeAxis(begin, end, room - margin, segments);
  }

  #ending(row: Row): ReturnType<typeof endingOf> {
    const [task] = row.tasks;
    return row.tasks.length === 1 && task !== undefined
      ? endingOf(task, this.#names, this.#glyphs)
      : { style: "ended", texts: [endingsOf(row.tasks, this.#glyphs)] };
  }

  /** The last column of a row. */
  #last({ tasks }: Row, axis: TimeAxis): number {
    const { end } = this.#recording;
    return Math.max(...tasks.map(({ endedAt }) => axis.column(endedAt ?? end)));
  }

  *lines(color: boolean): Generator<string, void, void> {
    const indent = " ".repeat(this.#nameWidth + 1);
    const ruler = rulerOf(this.#axis, this.#recording.origin, this.#glyphs, this.#scale);
    yield indent + paint(ruler, "axis", color);
    for (const row of this.#rows) yield this.#line(row, color);
    if (this.#left > 0) {
      const more = `${this.#glyphs.ellipsis} and ${this.#left.toLocaleString("en-GB")} more tasks`;
      yield paint(more, "axis", color);
    }
  }

  #line(row: Row, color: boolean): string {
    const glyphs = this.#glyphs;
    const axis = this.#axis;
    const name = cut(row.branch + row.label, this.#nameWidth, glyphs.ellipsis);
    const branch = name.startsWith(row.branch) ? row.branch : "";
    const canvas = new Canvas(this.#width - this.#nameWidth - 1);
    const [task] = row.tasks as [RecordedTask];
    if (row.tasks.length === 1) {
      const segments = this.#segments.get(task.id) ?? [];
      drawLane(canvas, 0, axis, segments, this.#names, glyphs);
    } else drawCrowd(canvas, 0, axis, row.tasks, this.#recording.end, glyphs);
    const { style, texts } = this.#ending(row);
    const at = this.#last(row, axis) + 2;
    const room = this.#width - this.#nameWidth - 1 - at;
    const text =
      texts.find((one) => widthOf(one) <= room) ?? cut(texts.at(-1) ?? "", room, glyphs.ellipsis);
    canvas.write(at, text, style);
    const painted =
      paint(branch, "axis", color) +
      paint(name.slice(branch.length), row.branch === "" ? "name" : "plain", color);
    return `${painted}${pad("", this.#nameWidth - widthOf(name) + 1)}${canvas.toString(color)}`;
  }
}

function namesOf(recording: Recording): Names {
  const tasks = new Map(recording.tasks.map((task) => [task.id, task]));
  const labels = new Map(recording.tasks.map((task) => [task.id, printable(labelOf(task))]));
  return {
    of: (task) => (task === undefined ? undefined : labels.get(task)),
    mainOf(task) {
      let root = task;
      for (let up: RecordedTask | undefined = task; up !== undefined; ) {
        root = up;
        up = tasks.get(root.createdBy ?? 0);
      }
      return shortLabel(root);
    },
  };
}

/** The function it runs, or its name. */
function shortLabel(task: RecordedTask): string {
  return printable(task.function?.name || task.name);
}

/** Breaks a line between words. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
