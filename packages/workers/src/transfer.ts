/** What is to be moved to the other thread and not copied. */

/** What threads can hand over. */
export type Transferable = import("node:worker_threads").Transferable;

const lists = new WeakMap<object, readonly Transferable[]>();
let inUse = false;

/**
 * Marks `value`, an argument, a result or an item of a stream, so that what it is made of is moved to the other thread
 * when it is sent, and can no longer be used here. Gives `value`. Processes and queues copy it.
 *
 * @param list - what to move; the value itself by default.
 * @example
 * import { transfer } from "@tsyncio/workers";
 * const pixels = new Uint8Array(1_000_000);
 * transfer(pixels, [pixels.buffer]) === pixels; // => true
 */
export function transfer<T extends object>(
  value: T,
  list: readonly Transferable[] = [value as unknown as Transferable],
): T {
  lists.set(value, list);
  inUse = true;
  return value;
}

/** Adds to `list` what of `value` is to be moved. */
export function collectTransfers(value: unknown, list: Transferable[]): void {
  if (!inUse || typeof value !== "object" || value === null) return;
  const own = lists.get(value);
  if (own !== undefined) list.push(...own);
}
