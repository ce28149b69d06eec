/** Programs on virtual time, and what a recorder saw of them. */
import { type Coroutine, createTask, sleep } from "tsyncio";
import { runVirtual } from "tsyncio/testing";
import { Recorder, type RecorderOptions, type Recording } from "../src/index.js";

/** A main function. */
export type Main = () => Coroutine<unknown>;

/** Runs `main`, named "main", to its end, whatever that is. */
export function record(main: Main, options: RecorderOptions = {}): Recording {
  const recorder = new Recorder(options);
  try {
    runVirtual(main, { name: "main", observer: recorder, exceptionHandler() {} });
  } catch {
    // How it ended stands in the recording.
  }
  return recorder.snapshot();
}

/** Runs `main` with a given recorder; its errors leave. */
export function recordWith(recorder: Recorder, main: Main): void {
  runVirtual(main, { name: "main", observer: recorder });
}

export function* delay(seconds: number) {
  yield* sleep(seconds);
}

/** Main ends before its first task. */
export function* leftBehind() {
  createTask(delay(2), { name: "delay 2" });
  const second = createTask(delay(1), { name: "delay 1" });
  yield* second;
}

/** Three tasks, awaited in the order in which they end. */
export function* inOrder() {
  const tasks = [1, 2, 3].map((seconds) =>
    createTask(delay(seconds), { name: `delay ${seconds}` }),
  );
  for (const task of tasks) yield* task;
}
