/**
 * A recording in the trace-event format that Perfetto and Chrome's DevTools open: a track for each task, on it slices for
 * its steps, its waits and the time in which it was ready and others ran, and arrows from the step that woke a task to the
 * step that followed.
 *
 * An importer does not say when its rules are broken, so they hold here.
 * E1. The slices of a track nest. Times are rounded to eighths of a microsecond, of which sums are exact in binary: with
 * thousandths DevTools found some that ended after the next one's beginning, and dropped that.
 * E2. Both ends of an arrow are slices, the source comes first in the file, and no two arrows share an id.
 * E3. The source of an arrow is a slice of no length within the waker's step: viewers draw arrows from the end of their
 * source, and a slice can be the source of one only.
 */
import { labelOf } from "../recording/label-of.js";
import type { RecordedStep, RecordedTask, Recording } from "../recording/recording.js";
import { History, type Segment } from "../recording/segments.js";

const PROCESS = 1;
const CATEGORY = "tsyncio";

/** What `writeTrace` takes. */
export interface TraceOptions {
  /** The name of the process; `tsyncio` by default. */
  readonly name?: string | undefined;
}

/** One event, as the format has it. */
type TraceEvent = Record<string, unknown>;

/** The text of the file, in pieces. */
export function* traceText(
  recording: Recording,
  { name = "tsyncio" }: TraceOptions = {},
): Generator<string, void, void> {
  yield '{"displayTimeUnit":"ms","traceEvents":[\n';
  let separator = "";
  for (const event of traceEvents(recording, name)) {
    yield separator + JSON.stringify(event);
    separator = ",\n";
  }
  yield "\n]}\n";
}

function* traceEvents(recording: Recording, name: string): Generator<TraceEvent, void, void> {
  yield { ph: "M", name: "process_name", pid: PROCESS, args: { name } };
  for (const task of recording.tasks) yield* metadataOf(task);
  const tracks = new Map(recording.tasks.map((task) => [task.id, new Track(recording, task)]));
  let arrows = 0;
  for (const step of recording.steps) {
    const track = tracks.get(step.task);
    if (track === undefined) continue;
    const source = tracks.get(step.wokenBy ?? 0)?.wakeAt(step.readyAt, track.label);
    const arrow = source === undefined ? undefined : `0x${(++arrows).toString(16)}`;
    if (source !== undefined) yield { ...source, bind_id: arrow, flow_out: true };
    yield* track.step(step, tracks, arrow);
  }
  for (const track of tracks.values()) yield* track.rest(tracks);
}

function* metadataOf(task: RecordedTask): Generator<TraceEvent, void, void> {
  const place = { pid: PROCESS, tid: task.id };
  yield { ph: "M", name: "thread_name", ...place, args: { name: labelOf(task) } };
  yield { ph: "M", name: "thread_sort_index", ...place, args: { sort_index: task.id } };
}

/** One task's track. */
class Track {
  readonly label: string;
  readonly #task: RecordedTask;
  readonly #recording: Recording;
  readonly #history: History;
  /** The step that was written last. */
  #last: RecordedStep | undefined = undefined;

  constructor(recording: Recording, task: RecordedTask) {
    this.label = labelOf(task);
    this.#task = task;
    this.#recording = recording;
    this.#history = new History(recording, task);
  }

  /** The moment within the last step at which it woke `whom`; undefined when that step is not recorded. */
  wakeAt(time: number, whom: string): TraceEvent | undefined {
    const last = this.#last;
    // A step in which another one was nested is told after it.
    if (last === undefined || last.end < time) return undefined;
    const at = Math.max(time, last.begin);
    return this.#slice(`wakes ${whom}`, at, at);
  }

  *step(
    step: RecordedStep,
    tracks: ReadonlyMap<number, Track>,
    arrow: string | undefined,
  ): Generator<TraceEvent, void, void> {
    const isFirst = this.#last === undefined;
    this.#last = step;
    for (const segment of this.#history.add(step)) {
      if (segment.kind !== "run") yield this.#pause(segment, tracks);
      else {
        const flow = arrow === undefined ? {} : { bind_id: arrow, flow_in: true };
        const args = this.#args(step, isFirst);
        yield { ...this.#slice("run", segment.begin, segment.end), ...flow, ...args };
      }
    }
  }

  *rest(tracks: ReadonlyMap<number, Track>): Generator<TraceEvent, void, void> {
    const { cancelledAt, cancelledBy } = this.#task;
    if (cancelledAt !== undefined && cancelledAt >= this.#recording.start) {
      const by = cancelledBy === undefined ? "" : ` by ${cancelledBy}`;
      const name = `cancel requested${by}`;
      const ts = this.#microseconds(cancelledAt);
      yield { ph: "i", s: "t", name, cat: CATEGORY, pid: PROCESS, tid: this.#task.id, ts };
    }
    for (const segment of this.#history.end()) yield this.#pause(segment, tracks);
  }

  #pause(segment: Segment, tracks: ReadonlyMap<number, Track>): TraceEvent {
    const { kind, begin, end, on, onTask } = segment;
    const what = tracks.get(onTask ?? 0)?.label ?? on ?? "wait";
    return this.#slice(kind === "ready" ? "ready" : what, begin, end);
  }

  /** What is said once: where the task's function is, and how it ended. */
  #args(step: RecordedStep, isFirst: boolean): { args?: TraceEvent } {
    const { function: place, outcome, error } = this.#task;
    const args: TraceEvent = {};
    if (isFirst && place !== undefined) {
      args["function"] = `${place.name} (${place.file}:${place.line}:${place.column + 1})`;
    }
    if (step.how === "done") args["outcome"] = outcome;
    if (step.how === "done" && error !== undefined) args["error"] = error;
    return Object.keys(args).length === 0 ? {} : { args };
  }

  #slice(name: string, begin: number, end: number): TraceEvent {
    const ts = this.#microseconds(begin);
    const dur = this.#microseconds(end) - ts;
    return { ph: "X", name, cat: CATEGORY, pid: PROCESS, tid: this.#task.id, ts, dur };
  }

  /** E1. */
  #microseconds(time: number): number {
    return Math.round((time - this.#recording.origin) * 8e6) / 8;
  }
}
