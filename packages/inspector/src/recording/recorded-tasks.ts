import { Task } from "tsyncio";
import { describeWait, waitedFor } from "./kernel-view.js";
import type { RecordedTask } from "./recording.js";
import type { TaskTable } from "./task-table.js";

/** All that is known of the tasks, in the order of their creation; `idOf` gives a task's number, 0 where it has none. */
export function recordedTasks(
  table: TaskTable,
  idOf: (task: Task<unknown>) => number,
): RecordedTask[] {
  const rows = new Map<number, number>();
  for (let row = 0; row < table.length; row++) rows.set(table.id(row), row);
  return [...rows.values()]
    .map((row) => ({
      ...table.read(row),
      ...waitOf(table.task(row), idOf),
      leftBehind: isLeftBehind(table, row, rows),
    }))
    .sort((a, b) => a.id - b.id);
}

function waitOf(
  task: Task<unknown> | undefined,
  idOf: (task: Task<unknown>) => number,
): Partial<Pick<RecordedTask, "waitsFor" | "waitsForTask">> {
  const on = task === undefined ? undefined : waitedFor(task);
  if (on === undefined) return {};
  const id = on instanceof Task ? idOf(on) : 0;
  return id > 0 ? { waitsForTask: id } : { waitsFor: describeWait(on) };
}

/** Asked to end by no task, after the one from which it descends had ended. */
function isLeftBehind(table: TaskTable, row: number, rows: ReadonlyMap<number, number>): boolean {
  const after = table.leftAfter(row);
  if (after === undefined) return false;
  let root = row;
  for (let up: number | undefined = row; up !== undefined; ) {
    root = up;
    up = rows.get(table.createdBy(root));
  }
  return root !== row && table.endedAfter(root) <= after;
}
