/**
 * The connection of one end of a queue to Redis.
 *
 * | state | leaves to |
 * | --- | --- |
 * | idle: nobody wants it | connecting, closed |
 * | connecting: tries, and tries again | ready, idle, closed |
 * | ready | connecting, closed |
 * | closed | |
 *
 * R1. It tries as long as `isWanted()`; when nobody waits for anything, nothing runs and no timer is set.
 * R2. While nothing is awaited its sockets do not keep the process alive.
 */
import type { Redis } from "ioredis";
import { loadPackages, type Place } from "./queue-options.js";

/** Milliseconds between two attempts to connect, at least and at most. */
const RETRY_FIRST = 50;
const RETRY_MOST = 1000;

/** What a link tells. */
export interface LinkEvents {
  ready(): void;
  /** The connection, or the attempt to have one, has ended. */
  lost(): void;
  /** It can never work. */
  failed(error: unknown): void;
  isWanted(): boolean;
}

export class RedisLink {
  readonly place: Place;
  /** What went wrong last. */
  lastError: unknown;
  readonly #events: LinkEvents;
  readonly #clients = new Set<Redis>();
  #state: "idle" | "connecting" | "ready" | "closed" = "idle";
  #commands: Redis | undefined;
  #bullmq: typeof import("bullmq") | undefined;
  #isHeld = true;
  /** Milliseconds by which Redis's clock is ahead of this one. */
  #ahead = 0;

  constructor(place: Place, events: LinkEvents) {
    this.place = place;
    this.#events = events;
  }

  get isReady(): boolean {
    return this.#state === "ready" && this.#commands?.status === "ready";
  }

  get isClosed(): boolean {
    return this.#state === "closed";
  }

  /** For commands that answer at once. There from the first time that it is ready. */
  get commands(): Redis {
    return this.#commands as Redis;
  }

  get bullmq(): typeof import("bullmq") {
    return this.#bullmq as typeof import("bullmq");
  }

  /** A moment of this clock by Redis's, which both ends share. */
  toRedisTime(milliseconds: number): number {
    return milliseconds + this.#ahead;
  }

  fromRedisTime(milliseconds: number): number {
    return milliseconds - this.#ahead;
  }

  /** Connects, if it is not connected. Told by the events. */
  open(): void {
    if (this.#state !== "idle") return;
    this.#state = "connecting";
    if (this.#commands !== undefined) connect(this.#commands);
    else {
      this.#create().catch((error: unknown) => {
        this.#state = this.isClosed ? "closed" : "idle";
        this.#events.failed(error);
      });
    }
  }

  async #create(): Promise<void> {
    const { Redis, bullmq } = await loadPackages();
    if (this.isClosed) return;
    this.#bullmq = bullmq;
    const { url, ...given } = this.place.connection;
    const options = {
      ...given,
      replyMapping: "legacy" as const,
      lazyConnect: true,
      maxRetriesPerRequest: null,
      retryStrategy: (times: number) =>
        this.#events.isWanted() ? Math.min(RETRY_FIRST * 2 ** times, RETRY_MOST) : null,
    };
    const client = url === undefined ? new Redis(options) : new Redis(url, options);
    this.#commands = client;
    client.on("ready", () => void this.#onReady(client));
    client.on("close", () => this.#onLost("connecting"));
    client.on("end", () => this.#onLost("idle"));
    this.#adopt(client);
  }

  /** A second connection, for commands that wait. Connects by itself. */
  duplicate(): Redis {
    const client = this.commands.duplicate();
    this.#adopt(client);
    return client;
  }

  #adopt(client: Redis): void {
    this.#clients.add(client);
    client.on("error", (error: unknown) => {
      this.lastError = error;
    });
    client.on("connect", () => hold(client, this.#isHeld));
    connect(client);
  }

  async #onReady(client: Redis): Promise<void> {
    try {
      const [seconds, microseconds] = await client.time();
      this.#ahead = Number(seconds) * 1000 + Number(microseconds) / 1000 - Date.now();
    } catch {
      // Lost again already, which is an event of its own.
      return;
    }
    if (this.isClosed || client.status !== "ready") return;
    this.#state = "ready";
    this.#events.ready();
  }

  #onLost(state: "connecting" | "idle"): void {
    if (this.isClosed) return;
    this.#state = state;
    this.#events.lost();
    // Somebody may have come while it was giving up.
    if (state === "idle" && this.#events.isWanted()) this.open();
  }

  /** Whether what is awaited keeps the process alive. */
  hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return;
    this.#isHeld = isHeld;
    for (const client of this.#clients) hold(client, isHeld);
  }

  close(): void {
    this.#state = "closed";
    for (const client of this.#clients) client.disconnect();
  }
}

/** Begins to connect. That it fails is told by the client's events. */
function connect(client: Redis): void {
  client.connect().catch(() => {});
}

function hold(client: Redis, isHeld: boolean): void {
  const { stream } = client as unknown as { stream?: { ref(): void; unref(): void } };
  if (isHeld) stream?.ref();
  else stream?.unref();
}
