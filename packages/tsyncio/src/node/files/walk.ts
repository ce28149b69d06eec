/** Everything below a folder, one entry after the other. */
import { type Dirent, type PathLike, readdir, type Stats, stat } from "node:fs";
import { basename, join } from "node:path";
import { isCancelled } from "../../kernel/cancelled-error.js";
import type { Coroutine } from "../../kernel/coroutine.js";
import {
  asyncGenerator,
  type CoroutineGenerator,
  type Emit,
} from "../../structured/async-generator.js";
import { FileOperation } from "./file-operation.js";
import { toPathText } from "./open-file.js";

/** What an entry of a folder is; `other` are pipes, sockets and devices. */
export type EntryKind = "file" | "folder" | "link" | "other";

/** What `walk` takes besides the path. */
export interface WalkOptions {
  /** Symbolic links are what they lead to, and folders behind them are walked too; false when nothing is given. */
  readonly followLinks?: boolean | undefined;
  /** How deep to go: 1 is what is in the folder itself; no bound when none is given. */
  readonly maxDepth?: number | undefined;
  /**
   * Gets the error of a folder that cannot be read, which is then left out; without it the error is raised, except for a
   * folder that was removed meanwhile.
   */
  readonly onError?: ((error: NodeJS.ErrnoException) => void) | undefined;
}

/** One thing in a folder. */
export class WalkEntry {
  /** Its path: that of the root as it was given, and the names below it. */
  readonly path: string;
  /** Its name in its folder. */
  readonly name: string;
  /** What it is. */
  readonly kind: EntryKind;
  /** How many names it is below the root, from 1. */
  readonly depth: number;
  /** @internal */
  skipped = false;

  /** @internal */
  constructor(path: string, kind: EntryKind, depth: number) {
    this.path = path;
    this.name = basename(path);
    this.kind = kind;
    this.depth = depth;
  }

  /** Leaves out what is in this folder. */
  skip(): void {
    this.skipped = true;
  }
}

/** A folder that is to be read, and those that lead to it: for links that lead back. */
interface Folder {
  readonly path: string;
  readonly depth: number;
  readonly above: Folder | undefined;
  identity: string | undefined;
}

/**
 * Everything below a folder, for `asyncFor`: a folder comes before what is in it, and what is in a folder comes in the
 * order of its names. Symbolic links are not followed unless that is asked for; a link that leads back to a folder above
 * it is not walked again.
 *
 * **Cancellation:** nothing is left open.
 *
 * asyncio: none; as `os.walk`, except that it gives each entry, and raises errors.
 * @throws the system's error with the path, for a folder that cannot be read; one below the root that is removed
 * meanwhile is left out.
 */
export function walk(root: PathLike, options: WalkOptions = {}): CoroutineGenerator<WalkEntry> {
  const top = toPathText(root);
  return asyncGenerator<WalkEntry>((emit) => walkTree(top, options, emit));
}

/** Where the walk has got to, and what is still to come: the next one last. */
interface Found {
  readonly name: string;
  readonly kind: EntryKind;
  readonly above: Folder;
}

function* walkTree(
  root: string,
  options: WalkOptions,
  emit: Emit<WalkEntry, undefined>,
): Coroutine<void> {
  const { maxDepth = Infinity, followLinks = false } = options;
  const ahead: Found[] = [];
  let folder: Folder | undefined = { path: root, depth: 0, above: undefined, identity: undefined };
  for (;;) {
    if (folder !== undefined && folder.depth < maxDepth) {
      for (const each of yield* entriesOf(folder, options)) ahead.push(each);
    }
    const found = ahead.pop();
    if (found === undefined) return;
    const { above } = found;
    const path = join(above.path, found.name);
    const stats = followLinks ? yield* look(path, found.kind) : undefined;
    const kind = stats === undefined ? found.kind : kindOf(stats);
    const entry = new WalkEntry(path, kind, above.depth + 1);
    yield* emit(entry);
    const below: Folder = { path, depth: entry.depth, above, identity: identityOf(stats) };
    folder = kind !== "folder" || entry.skipped || leadsBack(below) ? undefined : below;
  }
}

/** What is in a folder, in the order opposite to that of the names. */
function* entriesOf(folder: Folder, options: WalkOptions): Coroutine<Found[]> {
  const { path } = folder;
  let found: Dirent[];
  try {
    if (options.followLinks === true) folder.identity ??= identityOf(yield* look(path, "folder"));
    found = yield* new FileOperation<Dirent[]>({
      label: `reading the folder ${path}`,
      path,
      start: (done) => readdir(path, { withFileTypes: true }, done),
    });
  } catch (error) {
    if (isCancelled(error)) throw error;
    // Below the root it was there a moment ago: somebody else has removed it, as if before it was listed.
    const vanished = folder.depth > 0 && (error as NodeJS.ErrnoException).code === "ENOENT";
    if (options.onError !== undefined) options.onError(error as NodeJS.ErrnoException);
    else if (!vanished) throw error;
    return [];
  }
  found.sort((a, b) => (a.name < b.name ? 1 : -1));
  return found.map((each) => ({ name: each.name, kind: kindOf(each), above: folder }));
}

/** What a link leads to, and which folder a folder is; undefined for what cannot be seen and need not be. */
function* look(path: string, kind: EntryKind): Coroutine<Stats | undefined> {
  if (kind !== "link" && kind !== "folder") return undefined;
  try {
    return yield* new FileOperation<Stats>({
      label: `looking at ${path}`,
      path,
      start: (done) => stat(path, done),
    });
  } catch (error) {
    if (isCancelled(error)) throw error;
    return undefined;
  }
}

function kindOf(of: Dirent | Stats): EntryKind {
  if (of.isFile()) return "file";
  if (of.isDirectory()) return "folder";
  return of.isSymbolicLink() ? "link" : "other";
}

function identityOf(stats: Stats | undefined): string | undefined {
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`;
}

function leadsBack(folder: Folder): boolean {
  if (folder.identity === undefined) return false;
  for (let above = folder.above; above !== undefined; above = above.above) {
    if (above.identity === folder.identity) return true;
  }
  return false;
}
