import type { Recording } from "../recording/recording.js";
import { formatDuration } from "./format-duration.js";
import { type Glyphs, UNICODE } from "./glyphs.js";
import { printable } from "./text.js";

/**
 * A recording in one line: how many tasks and how they ended, turns of the loop (steps, where the loop does not tell),
 * how long it took, and the longest that one step kept all others waiting, with its task and place. A second line says
 * what is missing, when the recorder had no room for all.
 */
export function summarize(recording: Recording): string {
  return summaryOf(recording, UNICODE).join("\n");
}

/** The lines of the summary. */
export function summaryOf(recording: Recording, glyphs: Glyphs): string[] {
  const { totals, longest, lostSteps } = recording;
  const pending = totals.tasks - totals.returned - totals.raised - totals.cancelled;
  const tasks = [
    plural(totals.tasks, "task"),
    ...counted(totals.raised, "failed"),
    ...counted(totals.cancelled, "cancelled"),
    ...counted(pending, "not done"),
  ];
  const parts = [
    tasks.join(", "),
    totals.turns === undefined ? plural(totals.steps, "step") : plural(totals.turns, "turn"),
    formatDuration(recording.end - recording.origin, glyphs.micro),
  ];
  if (longest !== undefined) {
    const place = longest.place === undefined ? "" : `, at ${shortPlace(longest.place)}`;
    const took = formatDuration(longest.seconds, glyphs.micro);
    parts.push(`longest step ${took} in ${printable(longest.task)}${place}`);
  }
  const lines = [parts.join(` ${glyphs.separator} `)];
  if (lostSteps > 0) {
    lines.push(
      `the first ${plural(lostSteps, "step")} did not fit into the recording and are not shown`,
    );
  }
  return lines;
}

/** The place without what leads to its file. */
function shortPlace(place: string): string {
  return printable(place).replace(/\((?:[a-z]+:\/\/)?[^()]*[\\/]([^\\/()]+)\)$/i, "($1)");
}

function counted(count: number, what: string): string[] {
  return count === 0 ? [] : [`${count.toLocaleString("en-GB")} ${what}`];
}

function plural(count: number, what: string): string {
  return `${count.toLocaleString("en-GB")} ${what}${count === 1 ? "" : "s"}`;
}
