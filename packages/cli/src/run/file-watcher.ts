/** Tells when one of some files changes. */

import { type FSWatcher, statSync, watch } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Milliseconds in which several changes count as one: editors write, rename and touch. */
const CALM = 80;

/**
 * Watches the folders of its files and not the files themselves, because editors put a new file in
 * the place of the old one.
 */
export class FileWatcher {
  /** Any program file beside the known ones counts too: one that was missing may have come. */
  wide = false;
  readonly #onChange: (file: string) => void;
  /** The files, with what they looked like when they were last seen. */
  readonly #files = new Map<string, string>();
  readonly #folders = new Map<string, FSWatcher>();
  #calm: NodeJS.Timeout | undefined;
  #changed: string | undefined;

  /** @param onChange - called with a file that has changed. */
  constructor(onChange: (file: string) => void) {
    this.#onChange = onChange;
  }

  /** Watches `file` as well. */
  add(file: string): void {
    if (!this.#files.has(file)) this.#files.set(file, looksOf(file));
    const folder = dirname(file);
    if (this.#folders.has(folder)) return;
    const watcher = watch(folder, (_event, name) => this.#look(folder, name));
    // The folder has gone, and its files with it.
    watcher.on("error", () => this.#folders.delete(folder));
    this.#folders.set(folder, watcher);
  }

  /** Watches nothing any more. */
  close(): void {
    clearTimeout(this.#calm);
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #look(folder: string, name: string | null): void {
    const changed = [...this.#files].find(([file, looks]) => {
      if (dirname(file) !== folder || (name ?? basename(file)) !== basename(file)) return false;
      const now = looksOf(file);
      return now !== "" && now !== looks;
    });
    const isNew = this.wide && name !== null && /\.[cm]?[jt]sx?$|\.json$/.test(name);
    this.#changed ??= changed?.[0] ?? (isNew ? join(folder, name) : undefined);
    if (this.#changed === undefined) return;
    clearTimeout(this.#calm);
    this.#calm = setTimeout(() => this.#tell(), CALM);
  }

  #tell(): void {
    const file = this.#changed;
    this.#changed = undefined;
    for (const one of this.#files.keys()) this.#files.set(one, looksOf(one));
    if (file !== undefined) this.#onChange(file);
  }
}

/** What changes when the file does; empty when there is none. */
function looksOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? "" : `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
}
