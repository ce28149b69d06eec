/**
 * The bytes of a stream that nobody has read yet, as the chunks they came in.
 *
 * B1. A read that one chunk satisfies gets that chunk, or a view of it: nothing is copied.
 * B2. What is handed out is never written to again: free room is only ever behind the youngest byte.
 * B3. Small chunks behind others are gathered in blocks, so that a peer that sends single bytes costs memory in
 * proportion to the bytes.
 *
 * Counterpart: the `bytearray` of `asyncio.StreamReader`.
 */

const EMPTY = Buffer.alloc(0);
/** Chunks up to this size are copied behind the one before. */
const SMALL = 4096;
/** The least size of a block. */
const BLOCK = 16_384;

export class ByteQueue {
  /** How many bytes are in here. */
  length = 0;
  /** How many have been taken since the beginning: offsets noted before a change of it are void. */
  taken = 0;
  /** What is left of the oldest chunk. */
  #first: Buffer | undefined = undefined;
  /** The younger chunks, oldest first. */
  #rest: Buffer[] | undefined = undefined;
  /** Free bytes behind the youngest chunk, in a block of ours. */
  #room = 0;

  /** Adds `chunk` at the end; it may be kept as it is. */
  append(chunk: Buffer): void {
    const size = chunk.length;
    if (this.#first === undefined) this.#first = chunk;
    else if (size <= this.#room) this.#fill(chunk);
    else if (size > SMALL) this.#push(chunk, 0);
    else {
      const block = Buffer.allocUnsafeSlow(BLOCK);
      block.set(chunk);
      this.#push(block.subarray(0, size), BLOCK - size);
    }
    this.length += size;
  }

  #push(chunk: Buffer, room: number): void {
    if (this.#rest === undefined) this.#rest = [chunk];
    else this.#rest.push(chunk);
    this.#room = room;
  }

  /** Copies `chunk` behind the youngest, which becomes longer by it. */
  #fill(chunk: Buffer): void {
    const rest = this.#rest;
    const last = rest === undefined ? (this.#first as Buffer) : (rest[rest.length - 1] as Buffer);
    const longer = Buffer.from(last.buffer, last.byteOffset, last.length + chunk.length);
    longer.set(chunk, last.length);
    if (rest === undefined) this.#first = longer;
    else rest[rest.length - 1] = longer;
    this.#room -= chunk.length;
  }

  /** Takes the oldest `size` bytes; there must be so many. */
  take(size: number): Buffer {
    const first = this.#first;
    if (size === this.length) return this.takeAll();
    if (first === undefined || size === 0) return EMPTY;
    this.length -= size;
    this.taken += size;
    if (size < first.length) {
      this.#first = first.subarray(size);
      return first.subarray(0, size);
    }
    if (size === first.length) {
      this.#first = this.#shift();
      return first;
    }
    return this.#gather(Buffer.allocUnsafe(size));
  }

  /** Takes everything. */
  takeAll(): Buffer {
    const first = this.#first;
    if (first === undefined) return EMPTY;
    const rest = this.#rest;
    const { length } = this;
    this.clear();
    return rest === undefined ? first : Buffer.concat([first, ...rest], length);
  }

  /** Drops everything. */
  clear(): void {
    this.taken += this.length;
    this.length = 0;
    this.#first = undefined;
    this.#rest = undefined;
    this.#room = 0;
  }

  /** Everything as one piece, without taking it. Costs a copy when it came in several, once for each doubling. */
  peek(): Buffer {
    const first = this.#first;
    if (first === undefined) return EMPTY;
    const rest = this.#rest;
    if (rest === undefined) return first;
    const block = Buffer.allocUnsafeSlow(Math.max(BLOCK, 2 * this.length));
    let end = first.copy(block);
    for (const chunk of rest) end += chunk.copy(block, end);
    this.#rest = undefined;
    this.#room = block.length - end;
    this.#first = block.subarray(0, end);
    return this.#first;
  }

  #shift(): Buffer | undefined {
    const rest = this.#rest as Buffer[];
    const next = rest.shift();
    if (rest.length === 0) this.#rest = undefined;
    return next;
  }

  /** Fills `target` from the chunks, which hold more. */
  #gather(target: Buffer): Buffer {
    let end = 0;
    while (end < target.length) {
      const first = this.#first as Buffer;
      const size = first.copy(target, end);
      end += size;
      this.#first = size === first.length ? this.#shift() : first.subarray(size);
    }
    return target;
  }
}
