import type { RecordedStep, RecordedTask, Recording } from "../recording/recording.js";

/**
 * The recording of a program that took no time, on an axis of its steps: the first at 0, the second at 1, and so on.
 */
export function byOrder(recording: Recording): Recording {
  const last = new Map<number, number>();
  const first = new Map<number, number>();
  const steps = recording.steps.map((step, index): RecordedStep => {
    const waker = step.wokenBy === undefined ? undefined : last.get(step.wokenBy);
    const readyAt = waker ?? index;
    if (!first.has(step.task)) first.set(step.task, readyAt);
    last.set(step.task, index);
    return { ...step, begin: index, end: index, readyAt };
  });
  const end = Math.max(0, steps.length - 1);
  const tasks = recording.tasks.map((task): RecordedTask => {
    const { readyAt, cancelledAt } = task;
    return {
      ...task,
      createdAt: first.get(task.id) ?? end,
      endedAt: task.endedAt === undefined ? undefined : (last.get(task.id) ?? 0),
      readyAt: readyAt === undefined ? undefined : end,
      cancelledAt: cancelledAt === undefined ? undefined : end,
    };
  });
  return { ...recording, origin: 0, start: 0, end, tasks, steps };
}
