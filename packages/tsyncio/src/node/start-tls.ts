/**
 * TLS on a connection that is there already. Counterpart: `loop.start_tls`, as `StreamWriter.start_tls` uses it.
 */
import { isIP, type Socket } from "node:net";
import {
  connect,
  createServer,
  type TLSSocket,
  type ConnectionOptions as TlsClientOptions,
  type TlsOptions,
} from "node:tls";
import type { HeapItem } from "../collections/timer-heap.js";
import type { CancelRequest } from "../kernel/cancelled-error.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { type Suspension, suspend } from "../kernel/current.js";
import { type Duration, toSeconds } from "../kernel/duration.js";
import { TimeoutError, UsageError } from "../kernel/errors.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { DONE, FAILED, PENDING, type State } from "../kernel/waitable.js";
import { connectionError } from "./connection-error.js";
import type { NodeTransport } from "./node-transport.js";
import { Drain } from "./transport-waits.js";

/** How long a TLS handshake may take where nothing else was said. */
export const HANDSHAKE_TIME = 60;

/** What `startTls` may be given: what Node's `tls.connect` or, on a server's side, `tls.createServer` takes. */
export type StartTlsOptions = (TlsClientOptions | TlsOptions) & {
  /** How long the TLS handshake may take; a minute when none is given. */
  readonly handshakeTime?: Duration | undefined;
};

/** Sends what was written, then changes the connection to TLS. */
export function* upgrade(transport: NodeTransport, options: StartTlsOptions): Coroutine<void> {
  if (transport.state !== "open" || !transport.canSendEnd || transport.socket === undefined) {
    throw new UsageError(
      "ERR_CANNOT_START_TLS",
      `Cannot start TLS with ${transport.describePeer()}: it must be an open socket without TLS`,
    );
  }
  yield* new Drain(transport);
  yield* new Handshake(transport, options);
}

class Handshake extends Operation<void> implements HeapItem {
  heapIndex = -1;
  readonly #transport: NodeTransport;
  readonly #options: StartTlsOptions;
  readonly #seconds: number;
  #secure: TLSSocket | undefined;
  #raw: Socket | undefined;

  constructor(transport: NodeTransport, options: StartTlsOptions) {
    super();
    this.#transport = transport;
    this.#options = options;
    this.#seconds = toSeconds(options.handshakeTime ?? HANDSHAKE_TIME, "handshakeTime");
  }

  begin(loop: Loop): IteratorResult<Suspension, void> {
    const raw = this.#transport.release();
    this.#raw = raw;
    raw.once("close", this.#onClose);
    if (this.#transport.owner?.accepts === true) this.#accept(raw);
    else this.#connect(raw);
    loop.promisesPending++;
    loop.addTimer(loop.time() + this.#seconds, this);
    return suspend(this);
  }

  #connect(socket: Socket): void {
    const { host } = this.#transport;
    const name = host !== undefined && isIP(host) === 0 ? { servername: host } : {};
    const secure = connect({
      ...name,
      ...(host === undefined ? {} : { host }),
      ...(this.#options as TlsClientOptions),
      socket,
    });
    this.#secure = secure;
    secure.on("error", this.#onError);
    secure.once("secureConnect", () => this.#onSecure(secure));
  }

  /** Node checks what it accepts in a server; this one listens nowhere. */
  #accept(socket: Socket): void {
    const server = createServer(this.#options as TlsOptions);
    server.once("secureConnection", (secure) => this.#onSecure(secure));
    server.once("tlsClientError", this.#onError);
    server.emit("connection", socket);
  }

  #onSecure(secure: TLSSocket): void {
    if (this.state !== PENDING) return;
    secure.off("error", this.#onError);
    this.#raw?.off("close", this.#onClose);
    this.#transport.adopt(secure);
    this.finish(DONE, undefined);
  }

  readonly #onError = (error: unknown): void => {
    if (this.state === PENDING) this.#fail(error);
  };

  readonly #onClose = (): void => {
    if (this.state === PENDING)
      this.#fail(new Error("the connection was closed in the TLS handshake"));
  };

  /** The deadline has come. */
  run(): void {
    if (this.state !== PENDING) return;
    const address = this.#transport.describePeer();
    this.#end(
      new TimeoutError(
        `Cannot start TLS with ${address}: the TLS handshake took more than ${this.#seconds} s; check the network, or allow more time`,
      ),
    );
  }

  #fail(error: unknown): void {
    this.#end(connectionError("start TLS with", this.#transport.describePeer(), error));
  }

  /** The connection is of no use any more. */
  #end(error: unknown): void {
    this.#drop({ error });
    this.finish(FAILED, error);
  }

  #drop(failure: { readonly error: unknown } | undefined): void {
    this.#secure?.destroy();
    this.#raw?.destroy();
    this.#transport.lose(failure);
    this.#transport.end();
  }

  override finish(state: State, value: unknown): void {
    const loop = this.loop as Loop;
    loop.promisesPending--;
    loop.removeTimer(this);
    super.finish(state, value);
  }

  override cancelWith(request: CancelRequest): boolean {
    if (this.state === PENDING) this.#drop(undefined);
    return super.cancelWith(request);
  }

  describe(): string {
    return `the TLS handshake with ${this.#transport.describePeer()}`;
  }
}
