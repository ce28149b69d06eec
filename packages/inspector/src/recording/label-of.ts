import type { RecordedTask } from "./recording.js";

/** What a task is called: its name, and the function it runs where that says more. */
export function labelOf(task: RecordedTask): string {
  const fn = task.function?.name ?? "";
  return fn === "" || fn === task.name ? task.name : `${task.name} ${fn}`;
}
