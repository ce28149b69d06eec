/** The inspector: remembers what a program's tasks do, draws it, writes it to a file. Named re-exports only. */
export { type LiveOptions, LiveTimeline, type Terminal } from "./live/live-timeline.js";
export { Recorder, type RecorderOptions } from "./recording/recorder.js";
export type {
  LongestStep,
  Outcome,
  Place,
  RecordedStep,
  RecordedTask,
  Recording,
  StepEnd,
} from "./recording/recording.js";
export type { TraceSink } from "./sinks/sink.js";
export { renderTimeline, type TimelineOptions } from "./timeline/render-timeline.js";
export { summarize } from "./timeline/summarize.js";
export type { TraceOptions } from "./trace/trace-events.js";
export { writeTrace, writeTraceSync } from "./trace/write-trace.js";
