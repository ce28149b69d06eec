/**
 * The timeline at the bottom of the screen while the program runs.
 *
 * | state | the terminal |
 * | --- | --- |
 * | off | as it was |
 * | waiting: nothing was drawn yet | as it was |
 * | drawing | scrolls all but its last `height` rows, which hold the drawing |
 *
 * V1. What the program prints scrolls above the drawing, whoever prints it, child processes too: the terminal itself keeps
 * the two apart (its scroll region), so that no write is intercepted and no output is ever overwritten or erased.
 * V2. The cursor is where the program left it, also in the middle of a line.
 * V3. Off a terminal, or on one that is too small, nothing is written.
 */
import { atExit } from "#platform";
import type { Recorder } from "../recording/recorder.js";
import { renderTimeline } from "../timeline/render-timeline.js";

/** A terminal: `process.stderr` is one when it is connected to a screen. */
export interface Terminal {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
  on?(event: "resize", listener: () => void): unknown;
  off?(event: "resize", listener: () => void): unknown;
}

/** What `LiveTimeline` takes. */
export interface LiveOptions {
  /** How often it may be redrawn, per second; 8 by default. */
  readonly rate?: number | undefined;
  /** How many lanes it may have; 10 by default, and never more than half of the screen. */
  readonly maxLanes?: number | undefined;
  /** How much of the past it shows, in seconds; 30 by default. */
  readonly seconds?: number | undefined;
  /** Colours it; true by default. */
  readonly color?: boolean | undefined;
  /** Draws it without characters beyond ASCII; false by default. */
  readonly ascii?: boolean | undefined;
}

const SMALLEST_ROWS = 8;
const SMALLEST_COLUMNS = 40;
/** Of the time, at most this part goes into drawing, but a drawing is never older than so many milliseconds. */
const EFFORT = 0.1;
const OLDEST = 1000;

const SAVE = "\u001b7";
const RESTORE = "\u001b8";
const SCROLL_ALL = "\u001b[r";
const ERASE_LINE = "\u001b[2K";
const ERASE_BELOW = "\u001b[J";
/** One row down in the same column; scrolls at the end of the scroll region. */
const DOWN = "\u001bD";

/**
 * Draws what a recorder sees at the bottom of a terminal, again and again while the program runs, and takes it away at the
 * end. The program's own output goes on above it.
 */
export class LiveTimeline {
  readonly #recorder: Recorder;
  readonly #terminal: Terminal;
  readonly #options: LiveOptions;
  #state: "off" | "waiting" | "drawing" = "off";
  #height = 0;
  /** The rows of the screen when it was drawn. */
  #rows = 0;
  #drawn = "";
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  #forgetExit: () => void = () => {};
  readonly #onResize = (): void => this.#resized();

  constructor(recorder: Recorder, terminal: Terminal, options: LiveOptions = {}) {
    this.#recorder = recorder;
    this.#terminal = terminal;
    this.#options = options;
  }

  /** Begins to draw, a moment from now. */
  start(): void {
    if (this.#state !== "off" || this.#terminal.isTTY !== true) return;
    this.#state = "waiting";
    this.#terminal.on?.("resize", this.#onResize);
    this.#forgetExit = atExit(() => this.stop());
    this.#schedule(0);
  }

  /** Takes the drawing away; the terminal is as it was. Stopping twice does nothing. */
  stop(): void {
    if (this.#state === "off") return;
    this.#forgetExit();
    this.#terminal.off?.("resize", this.#onResize);
    clearTimeout(this.#timer);
    this.#clear();
    this.#state = "off";
  }

  /** Draws at once. */
  draw(): void {
    if (this.#state === "off") return;
    const { columns = 0, rows = 0 } = this.#terminal;
    if (rows < SMALLEST_ROWS || columns < SMALLEST_COLUMNS) return;
    const lines = this.#lines(columns, rows);
    const text = lines.join("\n");
    if (text === this.#drawn) return;
    this.#drawn = text;
    this.#rows = rows;
    const room = this.#reserve(Math.max(this.#height, lines.length), rows);
    const first = rows - this.#height + 1;
    const drawing = Array.from({ length: this.#height }, (_, i) => {
      return `${at(first + i)}${ERASE_LINE}${lines[i] ?? ""}`;
    });
    this.#terminal.write(room + SAVE + drawing.join("") + RESTORE);
    this.#state = "drawing";
  }

  #lines(columns: number, rows: number): string[] {
    const { maxLanes = 10, seconds = 30, color = true, ascii } = this.#options;
    const recording = this.#recorder.snapshot();
    // Ruler, summary and a line that the summary may need more.
    const lanes = Math.max(1, Math.min(maxLanes, Math.floor(rows / 2) - 3));
    const from = recording.end - recording.origin - seconds;
    const timeline = renderTimeline(recording, {
      width: columns,
      color,
      ascii,
      maxLanes: lanes,
      from: Math.max(0, from),
    });
    const most = Math.floor(rows / 2);
    return timeline
      .split("\n")
      .filter((line) => line !== "")
      .slice(0, most);
  }

  /** What makes the terminal keep its last `height` rows for the drawing; V1, V2. */
  #reserve(height: number, rows: number): string {
    const more = height - this.#height;
    if (more === 0) return "";
    this.#height = height;
    // Moves the program's last lines up when they stand where the drawing goes.
    const room = DOWN.repeat(more) + up(more);
    return `${room}${SAVE}\u001b[1;${rows - height}r${RESTORE}`;
  }

  #clear(): void {
    if (this.#state !== "drawing") return;
    const { rows = 0 } = this.#terminal;
    if (rows === this.#rows) {
      let erased = "";
      for (let row = rows - this.#height + 1; row <= rows; row++) erased += at(row) + ERASE_LINE;
      this.#terminal.write(SAVE + erased + SCROLL_ALL + RESTORE);
    } else {
      // Where the drawing went when the screen changed only the terminal knows, but it is below the cursor.
      const below = `${DOWN}${SAVE}\r${ERASE_BELOW}${RESTORE}${up(1)}`;
      this.#terminal.write(SAVE + SCROLL_ALL + RESTORE + below);
    }
    this.#height = 0;
    this.#drawn = "";
    this.#state = "waiting";
  }

  #resized(): void {
    this.#clear();
    this.draw();
  }

  #schedule(cost: number): void {
    const { rate = 8 } = this.#options;
    const pause = Math.max(1000 / rate, Math.min(cost / EFFORT, OLDEST));
    this.#timer = setTimeout(() => {
      const start = performance.now();
      this.draw();
      this.#schedule(performance.now() - start);
    }, pause);
    // A drawing is no reason for a process to live on.
    (this.#timer as { unref?: () => void }).unref?.();
  }
}

function at(row: number): string {
  return `\u001b[${row};1H`;
}

function up(rows: number): string {
  return `\u001b[${rows}A`;
}
