/** What each task did, without gaps: from when it was made, or the recording begins, to its end. */
import type { RecordedStep, RecordedTask, Recording } from "./recording.js";

/** A stretch of a task's time. */
export interface Segment {
  readonly kind: "run" | "wait" | "ready";
  readonly begin: number;
  readonly end: number;
  /** What a wait was for: words, or a task. */
  readonly on?: string | undefined;
  readonly onTask?: number | undefined;
  /** The task that ended the wait. */
  readonly by?: number | undefined;
}

/** The stretches of each task, by its number, in order. */
export function segmentsOf(recording: Recording): Map<number, Segment[]> {
  const histories = new Map(
    recording.tasks.map((task) => [task.id, new History(recording, task)] as const),
  );
  const segments = new Map<number, Segment[]>(recording.tasks.map(({ id }) => [id, []]));
  for (const step of recording.steps) {
    segments.get(step.task)?.push(...(histories.get(step.task)?.add(step) ?? []));
  }
  for (const [id, history] of histories) segments.get(id)?.push(...history.end());
  return segments;
}

/** Turns the steps of one task, told in their order, into stretches. */
export class History {
  readonly #recording: Recording;
  readonly #task: RecordedTask;
  #at: number;
  /** Undefined before the first step that is recorded. */
  #before: RecordedStep | undefined = undefined;

  constructor(recording: Recording, task: RecordedTask) {
    this.#recording = recording;
    this.#task = task;
    this.#at = Math.max(task.createdAt, recording.start);
  }

  /** What lies between the step before and this one, then the step itself. */
  add(step: RecordedStep): Segment[] {
    const segments = this.#pause(step.readyAt, step.begin, step.wokenBy, this.#before);
    segments.push({ kind: "run", begin: step.begin, end: step.end });
    this.#at = step.end;
    this.#before = step;
    return segments;
  }

  /** What lies between the last step and the end of the recording. */
  end(): Segment[] {
    const { endedAt, readyAt, wokenBy, waitsFor, waitsForTask } = this.#task;
    const before = this.#before;
    if (endedAt !== undefined || before?.how === "running" || before?.how === "done") return [];
    const { end } = this.#recording;
    const since = readyAt ?? (this.#waits() ? end : this.#at);
    return this.#pause(since, end, wokenBy, before ?? { on: waitsFor, onTask: waitsForTask });
  }

  /** Waiting until `readyAt`, ready until `until`. */
  #pause(
    readyAt: number,
    until: number,
    by: number | undefined,
    { on, onTask }: Pick<Segment, "on" | "onTask"> = {},
  ): Segment[] {
    const begin = this.#at;
    const waits = this.#waits();
    const ready = waits && readyAt > begin ? Math.min(readyAt, until) : begin;
    const segments: Segment[] = [];
    if (waits && ready > begin) segments.push({ kind: "wait", begin, end: ready, on, onTask, by });
    if (until > ready) segments.push({ kind: "ready", begin: ready, end: until });
    return segments;
  }

  /** True when the task was parked after its last step, or after one that is no longer recorded. */
  #waits(): boolean {
    if (this.#before !== undefined) return this.#before.how === "waits";
    return this.#task.createdAt < this.#recording.start;
  }
}
