/** `--timeline` and `--trace`: what the program's tasks did, drawn and written when it ends. */

import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  LiveTimeline,
  Recorder,
  type Recording,
  renderTimeline,
  writeTraceSync,
} from "@tsyncio/inspector";
import { BadCall } from "../bad-call.js";
import type { RunSettings } from "../command-line.js";

/** Columns where there is no terminal. */
const WIDTH = 100;

/** A program that is observed. */
export interface Observation {
  readonly observer: Recorder;
  /** Draws and writes what is asked for; the end of the process does so, too. Only the first call counts. */
  finish(): void;
}

/**
 * Observes the program of this process.
 * @throws {BadCall} when the trace cannot be written.
 */
export function observe({ timeline, trace }: RunSettings): Observation {
  const file = trace === undefined ? undefined : traceFile(trace);
  const recorder = new Recorder();
  const color = process.stderr.hasColors?.() === true;
  const live =
    timeline === "live" ? new LiveTimeline(recorder, process.stderr, { color }) : undefined;
  live?.start();
  let isFinished = false;
  const finish = (): void => {
    if (isFinished) return;
    isFinished = true;
    live?.stop();
    const recording = recorder.snapshot();
    if (timeline !== undefined) {
      const width = process.stderr.columns ?? (Number(process.env["COLUMNS"]) || WIDTH);
      process.stderr.write(`\n${renderTimeline(recording, { width, color })}\n`);
    }
    if (file !== undefined) writeTrace(recording, file);
  };
  process.on("exit", finish);
  return { observer: recorder, finish };
}

function traceFile(trace: string): string {
  const file = resolve(trace);
  const folder = statSync(dirname(file), { throwIfNoEntry: false });
  if (folder?.isDirectory() !== true) {
    throw new BadCall(`Cannot write ${trace}: there is no folder ${dirname(file)}`);
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new BadCall(`Cannot write ${trace}: it is a folder; name a file in it`);
  }
  return file;
}

/** A trace that cannot be written makes the program fail. */
function writeTrace(recording: Recording, file: string): void {
  try {
    writeTraceSync(recording, file);
  } catch (error) {
    console.error(`Cannot write ${file}: ${(error as Error).message}`);
    process.exitCode ||= 1;
  }
}
