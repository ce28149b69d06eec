/**
 * Reads what happens in a queue from BullMQ's stream of events, which is kept for a while: nothing is missed during a
 * short interruption. `QueueEvents` of BullMQ is not used because it waits five seconds after one, parses the results of
 * all submitters, and cannot tell when the stream was cut before it was read.
 */
import type { Redis } from "ioredis";
import type { RedisLink } from "./redis-link.js";

/** Events that are read at once. */
const AT_ONCE = 1000;
/** Milliseconds for which one read waits; then it asks whether anybody still wants it. */
const WAIT = 5000;

/** An event: its name and the job's id among its fields. */
export type QueueEvent = Readonly<Record<string, string>>;

/** What is done with events. */
export interface EventConsumer {
  event(event: QueueEvent): void;
  /** Some may have been missed. */
  gap(): void;
  isWanted(): boolean;
}

type Entries = [id: string, fields: string[]][];

export class EventReader {
  readonly #link: RedisLink;
  readonly #key: string;
  readonly #consumer: EventConsumer;
  #client: Redis | undefined;
  #isReading = false;
  #starting: Promise<void> | undefined;

  constructor(link: RedisLink, key: string, consumer: EventConsumer) {
    this.#link = link;
    this.#key = key;
    this.#consumer = consumer;
  }

  /** Makes sure that whatever happens from now on is read. */
  begin(): Promise<void> {
    if (this.#isReading) return Promise.resolve();
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(): Promise<void> {
    const last = await this.#link.commands.xrevrange(this.#key, "+", "-", "COUNT", 1);
    this.#client ??= this.#link.duplicate();
    if (this.#client.status === "end") this.#client.connect().catch(() => {});
    this.#isReading = true;
    void this.#read(this.#client, last[0]?.[0] ?? "0-0");
  }

  async #read(client: Redis, from: string): Promise<void> {
    let id = from;
    try {
      while (this.#consumer.isWanted()) {
        const reply = (await client.xread(
          "COUNT",
          AT_ONCE,
          "BLOCK",
          WAIT,
          "STREAMS",
          this.#key,
          id,
        )) as [string, Entries][] | null;
        const entries = reply?.[0]?.[1] ?? [];
        if (entries.length === AT_ONCE && id !== "0-0") await this.#lookForGap(id);
        for (const [, fields] of entries) this.#consumer.event(toEvent(fields));
        id = entries.at(-1)?.[0] ?? id;
      }
    } catch {
      // The connection was given up, or closed; the link tells those who care.
    } finally {
      this.#isReading = false;
    }
  }

  /** The stream is cut at its old end: while the last event read is still there, all behind it are. */
  async #lookForGap(id: string): Promise<void> {
    const kept = await this.#link.commands.xrange(this.#key, id, id);
    if (kept.length === 0) this.#consumer.gap();
  }
}

function toEvent(fields: readonly string[]): QueueEvent {
  const event: Record<string, string> = {};
  for (let i = 0; i + 1 < fields.length; i += 2)
    event[fields[i] as string] = fields[i + 1] as string;
  return event;
}
