/**
 * Which tasks get a lane of their own, and which share one. Tasks stand below the task that made them. When there are too
 * many, those of one kind below one parent (`worker-1`, `worker-2`, …) are drawn as one, but for the first few; of what is
 * still too much the end is left out.
 */
import { labelOf } from "../recording/label-of.js";
import type { RecordedTask } from "../recording/recording.js";
import type { Glyphs } from "./glyphs.js";
import { printable } from "./text.js";

/** One line of the timeline. */
export interface Row {
  /** Where it hangs in the tree, as drawn. */
  readonly branch: string;
  readonly label: string;
  /** One task, or many that share the lane. */
  readonly tasks: readonly RecordedTask[];
}

/** The rows, and how many tasks are in none. */
export interface Rows {
  readonly rows: readonly Row[];
  readonly left: number;
}

interface Node {
  readonly task: RecordedTask;
  readonly parent: Node | undefined;
  readonly depth: number;
  /** Its children, by kind. */
  readonly kinds: Map<string, Kind>;
}

type Kinds = ReadonlyMap<string, Kind>;

/** Children of one parent that do the same. */
interface Kind {
  readonly name: string;
  /** Those worth a lane of their own come first. */
  readonly nodes: Node[];
  /** How many of these have one. */
  shown: number;
}

/** Levels of the tree that are indented, and those that are told apart at all. */
const INDENTED = 6;
const DEPTH = 64;
/** Of many tasks of a kind, so many that failed and so many others get a lane of their own. */
const EXAMPLES = 3;

/** Arranges the tasks on at most `most` rows. */
export function rowsOf(tasks: readonly RecordedTask[], most: number, glyphs: Glyphs): Rows {
  const roots = kindsOf(tasks);
  const all = [...everyKind(roots)];
  for (const kind of all) kind.shown = kind.nodes.length;
  if (tasks.length > most) {
    for (const kind of all) {
      sortExamples(kind);
      kind.shown = kind.nodes.length === 1 ? 1 : 0;
    }
    spend(all, roots, most);
  }
  const rows = [...draw(roots, "", 0, glyphs)];
  if (rows.length <= most) return { rows, left: 0 };
  const kept = rows.slice(0, Math.max(1, most - 1));
  const shown = kept.reduce((sum, row) => sum + row.tasks.length, 0);
  return { rows: kept, left: tasks.length - shown };
}

function kindsOf(tasks: readonly RecordedTask[]): Kinds {
  const nodes = new Map<number, Node>();
  const roots = new Map<string, Kind>();
  for (const task of tasks) {
    let parent = task.createdBy === undefined ? undefined : nodes.get(task.createdBy);
    if (parent !== undefined && parent.depth >= DEPTH) parent = parent.parent;
    const depth = parent === undefined ? 0 : parent.depth + 1;
    const node: Node = { task, parent, depth, kinds: new Map() };
    nodes.set(task.id, node);
    const siblings = parent?.kinds ?? roots;
    const name = kindOf(task);
    const kind = siblings.get(name);
    if (kind === undefined) siblings.set(name, { name, nodes: [node], shown: 0 });
    else kind.nodes.push(node);
  }
  return roots;
}

/** Moves the examples of a kind to its front: the first that failed, and the first of the others. */
function sortExamples({ nodes }: Kind): void {
  const failed = nodes.filter(({ task }) => task.outcome === "raised");
  const others = nodes.filter(({ task }) => task.outcome !== "raised");
  const examples = [...others.splice(0, EXAMPLES), ...failed.splice(0, EXAMPLES)];
  nodes.splice(0, nodes.length, ...examples, ...others, ...failed);
}

/** The function, or the name without its number. */
function kindOf(task: RecordedTask): string {
  const { name } = task.function ?? { name: "" };
  return printable(name === "" ? task.name.replace(/[-_ #:.]*\d+$/, "") || task.name : name);
}

function* everyKind(kinds: Kinds): Generator<Kind, void, void> {
  for (const kind of kinds.values()) {
    yield kind;
    for (const node of kind.nodes) yield* everyKind(node.kinds);
  }
}

/** Gives lanes of their own to more tasks, one of each kind after the other, while there is room. */
function spend(all: readonly Kind[], roots: Kinds, most: number): void {
  let growing = all.filter((kind) => kind.nodes.length > 1).slice(0, most);
  while (growing.length > 0) {
    growing = growing.filter((kind) => {
      const before = kind.shown;
      const hidden = kind.nodes.length - before;
      if (hidden === 0 || (before >= 2 * EXAMPLES && hidden > 2)) return false;
      // The last one would share its lane with nobody.
      kind.shown += hidden === 2 ? 2 : 1;
      if (heightOf(roots) <= most) return true;
      kind.shown = before;
      return false;
    });
  }
}

function heightOf(kinds: Kinds): number {
  let height = 0;
  for (const { nodes, shown } of kinds.values()) {
    if (shown < nodes.length) height++;
    for (let i = 0; i < shown; i++) height += 1 + heightOf((nodes[i] as Node).kinds);
  }
  return height;
}

interface Entry {
  readonly id: number;
  readonly label: string;
  readonly tasks: readonly RecordedTask[];
  readonly below: Kinds;
}

function* draw(
  kinds: Kinds,
  branch: string,
  depth: number,
  glyphs: Glyphs,
): Generator<Row, void, void> {
  const entries = [...kinds.values()]
    .flatMap((kind) => entriesOf(kind, glyphs))
    .sort((a, b) => a.id - b.id);
  const { child, last, beside, below } = glyphs.tree;
  for (const [index, { label, tasks, below: kindsBelow }] of entries.entries()) {
    const isLast = index === entries.length - 1;
    const own = depth === 0 ? "" : depth > INDENTED ? branch : branch + (isLast ? last : child);
    yield { branch: own, label, tasks };
    const next = depth === 0 ? "" : depth > INDENTED ? branch : branch + (isLast ? below : beside);
    yield* draw(kindsBelow, next, depth + 1, glyphs);
  }
}

function entriesOf({ name, nodes, shown }: Kind, glyphs: Glyphs): Entry[] {
  const entries: Entry[] = nodes.slice(0, shown).map((node) => ({
    id: node.task.id,
    label: printable(labelOf(node.task)),
    tasks: [node.task],
    below: node.kinds,
  }));
  const rest = nodes.slice(shown);
  if (rest.length === 0) return entries;
  const tasks = rest.flatMap((node) => [node.task, ...tasksBelow(node.kinds)]);
  const label = `${name} ${glyphs.times}${rest.length}`;
  const id = Math.max(rest[0]?.task.id ?? 0, ...entries.map((entry) => entry.id + 0.5));
  return [...entries, { id, label, tasks, below: new Map() }];
}

function* tasksBelow(kinds: Kinds): Generator<RecordedTask, void, void> {
  for (const kind of everyKind(kinds)) for (const node of kind.nodes) yield node.task;
}
