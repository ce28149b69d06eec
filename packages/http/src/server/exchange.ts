/**
 * One request on its way from Node's server through the handler's task to its response.
 *
 * | state | leaves to |
 * | --- | --- |
 * | waiting: it may not run yet, see `Admission` | running, answered (503), gone |
 * | running: its handler has given no response | answered, upgraded, gone |
 * | answered: there is a response, the handler's or one in its place | |
 * | upgraded: its connection is a WebSocket | |
 * | gone: the client has left | |
 *
 * R1. Exactly one response is given to the adapter, or none: a handler that ends late is not heard.
 * R2. Whatever ends a running request but its handler cancels the handler's task.
 * R3. The deadline's timer and the place among the running are left when the request is over.
 */
import type { IncomingMessage } from "node:http";
import {
  type Coroutine,
  type Duration,
  fromPromise,
  type Handle,
  isAwaitable,
  isCancelled,
  type Operation,
  type Task,
  UsageError,
} from "tsyncio";
import { toOperation } from "../operation.js";
import { acceptWebSocket, type UpgradeOptions } from "../websocket/accept-web-socket.js";
import type { WebSocketConnection } from "../websocket/web-socket-connection.js";
import { abortSignalOf } from "./abort-signal.js";
import type { Admitted } from "./admission.js";
import { announcesMore, countBody } from "./body-limit.js";
import { checkAnswer } from "./check-answer.js";
import type { CheckedResponse } from "./checked-response.js";
import { enterExchange } from "./current-exchange.js";
import { refusal } from "./refusal.js";
import { RequestContext } from "./request-context.js";
import type { Service } from "./service.js";

/** A body that is made on the request's behalf. */
interface OwnedBody {
  abandon(): void;
}

/** Given to the adapter for a request that gets no response from it. */
export const NO_ANSWER = new Error("no answer");

/** A request being answered. */
export class Exchange extends RequestContext implements Admitted {
  readonly #service: Service;
  readonly #head: Buffer | undefined;
  #state: "waiting" | "running" | "answered" | "upgraded" | "gone" = "waiting";
  #refused: 503 | undefined;
  #request: Request | undefined;
  #task: Task<void> | undefined;
  /** The handler has given a promise: what it waits for is hidden. */
  #opaque = false;
  #response: Response | undefined;
  #settle: { resolve(response: Response): void; reject(error: unknown): void } | undefined;
  #deadline: Handle | undefined;
  #bodies: Set<OwnedBody> | undefined;
  #socket: WebSocketConnection | undefined;
  #overrun = false;
  #handled = false;
  #watched = false;
  #admitted = false;

  constructor(
    service: Service,
    incoming: IncomingMessage,
    outgoing: CheckedResponse,
    head: Buffer | undefined,
  ) {
    super(incoming, outgoing);
    this.#service = service;
    this.#head = head;
    outgoing.exchange = this;
    // At once: the body may have come before the request begins.
    if (incoming.headers["transfer-encoding"] === undefined) return;
    countBody(incoming, service.limits.bodySize, () => {
      this.#overrun = true;
      this.#answer(refusal(413));
      this.#cancel("the body is too long");
    });
  }

  override upgradeWebSocket(options: UpgradeOptions = {}): Operation<WebSocketConnection> {
    return toOperation("upgradeWebSocket", this.#upgrade(options));
  }

  /** The context of the handler's task. */
  get task(): Task<void> | undefined {
    return this.#task;
  }

  /** Nobody waits for its response any more. */
  get over(): boolean {
    return this.#state === "answered" || this.#state === "gone";
  }

  /** Connections shall not be used again. */
  get closing(): boolean {
    return this.#service.closing;
  }

  /** `GET http://…`. */
  describe(): string {
    return `${this.incoming.method} ${this.#request?.url ?? this.incoming.url}`;
  }

  /** Has a task of the run call `job`. */
  post(job: () => void): void {
    this.#service.post(job);
  }

  /** A body is made for it, which ends with it. */
  owns(body: OwnedBody): void {
    this.#bodies ??= new Set();
    this.#bodies.add(body);
    this.#service.active.add(this);
    this.#watch();
  }

  /** That body is made, or was given up. */
  bodyEnded(body: OwnedBody): void {
    if (this.#bodies?.delete(body)) this.#leaveActive();
  }

  /** It has come; runs in a step of the server's task. */
  arrive(): void {
    const { admission, deadline } = this.#service;
    // The client has gone before anybody listened.
    if (this.outgoing.destroyed) {
      this.#state = "gone";
      return;
    }
    if (!admission.limited) {
      this.begin();
      return;
    }
    if (!admission.admit(this)) {
      this.#refuse();
      return;
    }
    if (this.#state !== "waiting") return;
    this.#watch();
    this.#service.active.add(this);
    if (typeof deadline !== "function") this.#limitTime(deadline);
  }

  /** It may run. */
  begin(): void {
    if (this.#service.admission.limited) {
      this.#admitted = true;
      this.#watch();
    }
    this.#pass();
  }

  #pass(): void {
    this.#state = "running";
    this.#service.pass(this);
    // The adapter has answered by itself what it could make no request of.
    if (this.#request === undefined) this.#state = "answered";
  }

  /** The adapter asks for the response. */
  handle(request: Request): Response | Promise<Response> {
    this.#request = request;
    if (this.#refused !== undefined) return refusal(this.#refused);
    const early = this.#checkBody();
    if (early !== undefined) return early;
    this.#task = this.#service.loop.createTask(this.#run(), {
      name: `${this.incoming.method} ${this.incoming.url}`,
      eagerStart: true,
    });
    if (this.#response !== undefined) return this.#response;
    if (this.#state !== "running") throw NO_ANSWER;
    return this.#wait(request);
  }

  /** Its response cannot be sent. */
  unsendable(exception: unknown): void {
    this.#service.loop.callExceptionHandler({
      message: `Cannot send the response to ${this.describe()}`,
      exception,
    });
  }

  /** The server is about to close: the connection goes with this response. */
  hurry(): void {
    if (!this.outgoing.headersSent) this.outgoing.shouldKeepAlive = false;
  }

  /** The server has waited long enough. */
  shutDown(): void {
    this.hurry();
    if (this.#state === "waiting") {
      this.#service.admission.leave(this);
      this.#refuse();
      return;
    }
    this.#answer(refusal(503));
    this.#socket?.abort();
    this.#cancel("the server closes");
  }

  #refuse(): void {
    this.#refused = 503;
    this.#service.active.delete(this);
    this.#pass();
  }

  /** The response to a body that is too long, when that is known before it comes. */
  #checkBody(): Response | undefined {
    const { incoming } = this;
    const { bodySize } = this.#service.limits;
    if (incoming.method === "GET" || incoming.method === "HEAD") return undefined;
    if (this.#head !== undefined) {
      // Node reads no body behind a request for another protocol.
      if (!announcesMore(incoming, 0) && incoming.headers["transfer-encoding"] === undefined)
        return;
      this.#state = "answered";
      return refusal(501);
    }
    if (bodySize === Number.POSITIVE_INFINITY) return undefined;
    if (this.#overrun || announcesMore(incoming, bodySize)) {
      this.#state = "answered";
      // A client that waited for leave to send its body will not send it: what comes next is no body.
      if (incoming.headers.expect !== undefined) this.outgoing.shouldKeepAlive = false;
      return refusal(413);
    }
    return undefined;
  }

  /** The handler waits: from now on the client may leave and the deadline pass. */
  #wait(request: Request): Promise<Response> {
    const { loop, active, deadline, closing } = this.#service;
    this.#watch();
    active.add(this);
    if (closing) this.hurry();
    const response = new Promise<Response>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    try {
      this.#limitTime(typeof deadline === "function" ? deadline(request) : deadline);
    } catch (exception) {
      const message = `Cannot tell the deadline of ${this.describe()}`;
      loop.callExceptionHandler({ message, exception });
      this.#answer(refusal(500));
      this.#cancel("its deadline is not known");
    }
    return response;
  }

  *#run(): Coroutine<void> {
    enterExchange(this);
    let response: Response | undefined;
    let failure: unknown;
    try {
      let answer: unknown = this.#service.handler(this.#request as Request, this);
      if (isAwaitable(answer)) answer = yield* answer as Coroutine<unknown>;
      else if (typeof (answer as PromiseLike<unknown> | undefined)?.then === "function") {
        this.#opaque = true;
        answer = yield* fromPromise(answer as PromiseLike<unknown>);
      }
      if (this.#state === "running") response = checkAnswer(answer, this);
    } catch (error) {
      failure = error;
      if (!isCancelled(error)) response = this.#failed(error);
      else response = refusal((this.#task?.cancelling() ?? 0) > 0 ? 503 : 500);
    }
    try {
      if (this.#socket !== undefined) yield* this.#socket.end(failure);
    } finally {
      this.#handled = true;
      this.#leaveActive();
      if (response !== undefined) this.#answer(response);
    }
    if (isCancelled(failure)) throw failure;
  }

  /** The response to an error that left the handler. */
  #failed(error: unknown): Response {
    const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
    if (code === "ERR_UPGRADE_REQUIRED") return refusal(426);
    const expected =
      code === "ERR_WEBSOCKET_HANDSHAKE" ||
      (code === "ERR_WEBSOCKET_CLOSED" && this.#socket !== undefined) ||
      (code === "ERR_BODY_TOO_LARGE" && this.#state === "answered");
    if (!expected) {
      this.#service.loop.callExceptionHandler({
        message: `Unhandled exception in the handler of ${this.describe()}`,
        exception: error,
        ...(this.#task === undefined ? {} : { task: this.#task as Task<unknown> }),
      });
    }
    return refusal(name === "TimeoutError" ? 504 : 500);
  }

  /** R1. */
  #answer(response: Response): void {
    if (this.#state !== "running") return;
    this.#state = "answered";
    this.#response = response;
    this.#deadline?.cancel();
    if (this.#service.closing) this.hurry();
    this.#settle?.resolve(response);
  }

  /** The server need not wait for it any more. */
  #leaveActive(): void {
    if (this.#handled && (this.#bodies?.size ?? 0) === 0) this.#service.active.delete(this);
  }

  /** R2. */
  #cancel(reason: string): void {
    const task = this.#task;
    if (task === undefined || task.done()) return;
    task.cancel(reason);
    if (!this.#opaque) return;
    this.#service.sweep(this);
    abortSignalOf(this.#request as Request, reason);
  }

  #limitTime(deadline: Duration | null): void {
    if (deadline === null || this.#deadline !== undefined) return;
    this.#deadline = this.#service.loop.callLater(deadline, () => this.#expire());
  }

  #expire(): void {
    if (this.#state === "waiting") {
      if (this.#service.admission.leave(this)) this.#service.post(() => this.#refuse());
    } else if (this.#state === "running") {
      this.#answer(refusal(504));
      this.#cancel("the deadline of the request has passed");
    }
  }

  #watch(): void {
    if (this.#watched) return;
    this.#watched = true;
    this.outgoing.once("close", () => this.#leave());
  }

  /** The response is out, or its connection is. */
  #leave(): void {
    this.#deadline?.cancel();
    for (const body of this.#bodies ?? []) body.abandon();
    if (this.#state === "upgraded") return;
    if (this.#state === "waiting") {
      this.#service.admission.leave(this);
      this.#service.active.delete(this);
      this.#state = "gone";
    } else if (this.#state === "running") {
      this.#state = "gone";
      this.#settle?.reject(NO_ANSWER);
      this.#cancel("the client has gone away");
    }
    this.#release();
  }

  /** R3. */
  #release(): void {
    if (!this.#admitted) return;
    this.#admitted = false;
    this.#service.post(() => this.#service.admission.release());
  }

  *#upgrade(options: UpgradeOptions): Coroutine<WebSocketConnection> {
    const { loop, webSockets } = this.#service;
    if (this.#state !== "running") {
      throw new UsageError(
        "ERR_REQUEST_OVER",
        `Cannot upgrade ${this.describe()}: it is ${this.#state}; do it once, before anything else`,
      );
    }
    const url = (this.#request as Request).url;
    let socket: WebSocketConnection;
    try {
      socket = acceptWebSocket(loop, this, url, this.#head, options, () => {
        this.#state = "upgraded";
        this.#deadline?.cancel();
        this.#settle?.reject(NO_ANSWER);
      });
    } catch (error) {
      // Its response has no connection any more, and there is no WebSocket either.
      if ((this.#state as string) === "upgraded") this.#release();
      throw error;
    }
    this.#socket = socket;
    this.#service.active.add(this);
    webSockets.add(socket);
    socket.onClosed((unheard) => {
      webSockets.delete(socket);
      this.#release();
      if (unheard) this.#cancel("the connection was lost");
    });
    return socket;
  }
}
