/**
 * One request on the wire and its answer, on `node:http` and `node:https`: whatever is waited for, `destroy` frees the
 * socket. (The engine's own `fetch` opens another connection after a request that was aborted, and keeps it for 4 s.)
 */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { ConnectionOptions } from "node:tls";
import {
  asyncFor,
  type Coroutine,
  createTask,
  type Future,
  getRunningLoop,
  isCancelled,
  type Task,
} from "tsyncio";
import { type Chunk, toBytes } from "../body/stream-body.js";
import { fetchError } from "./fetch-error.js";
import type { RequestBody } from "./request-body.js";

/** How a request reaches its server. */
export interface TransferOptions {
  /** Certificates and the rest, as for `tls.connect`. */
  readonly tls?: ConnectionOptions | undefined;
  /** Keeps and limits connections; one of this package's own when none is given. */
  readonly agent?: HttpAgent | HttpsAgent | undefined;
  /** A Unix socket to connect to, whatever host the address names. */
  readonly socketPath?: string | undefined;
}

/** What is asked. */
export interface Question {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: RequestBody | undefined;
}

// Idle connections are kept for a while and do not keep the process alive.
const KEPT = { keepAlive: true, scheduling: "lifo", timeout: 4_000 } as const;
const agents: { http?: HttpAgent; https?: HttpsAgent } = {};

/** Sends `question`; gives the answer when its head has come. The socket is freed when the wait is cancelled. */
export function* transfer(
  question: Question,
  options: TransferOptions,
  signal: AbortSignal | undefined,
): Coroutine<IncomingMessage> {
  for (;;) {
    const request = open(question, options);
    const abort = (): void => void request.destroy(new Error("aborted"));
    signal?.addEventListener("abort", abort, { once: true });
    const arrived = getRunningLoop().createFuture<IncomingMessage>();
    listen(request, arrived);
    let sending: Task<void> | undefined;
    try {
      sending = sendBody(request, question);
      return yield* arrived;
    } catch (error) {
      request.destroy();
      sending?.cancel();
      if (isCancelled(error)) throw error;
      if (signal?.aborted) throw signal.reason;
      if (!isStale(request, error, question)) {
        throw fetchError(`fetch ${question.url.href}`, question.url.href, error);
      }
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }
}

function open({ url, method, headers }: Question, options: TransferOptions): ClientRequest {
  const secure = url.protocol === "https:";
  if (secure) agents.https ??= new HttpsAgent(KEPT);
  else agents.http ??= new HttpAgent(KEPT);
  const { tls, socketPath, agent = secure ? agents.https : agents.http } = options;
  const all = { ...tls, method, headers: Object.fromEntries(headers), agent, socketPath };
  return secure ? httpsRequest(url, all) : httpRequest(url, all);
}

function listen(request: ClientRequest, arrived: Future<IncomingMessage>): void {
  request.on("response", (incoming) => {
    const { statusCode = 0 } = incoming;
    if (statusCode < 200)
      request.destroy(new Error(`the server answered with status ${statusCode}`));
    else if (arrived.done()) incoming.destroy();
    else arrived.setResult(incoming);
  });
  request.on("error", (error) => {
    if (!arrived.done()) arrived.setException(error);
  });
  request.on("upgrade", (_incoming, socket) => {
    socket.destroy();
    if (!arrived.done()) arrived.setException(new Error("the server changed the protocol"));
  });
}

/** A kept connection that the server had closed meanwhile: nobody has seen the request. */
function isStale(request: ClientRequest, error: unknown, { method, body }: Question): boolean {
  const safe = method === "GET" || method === "HEAD" || method === "OPTIONS";
  const { code } = error as { code?: unknown };
  return request.reusedSocket && safe && body === undefined && code === "ECONNRESET";
}

/** Sends what is known at once, and the rest by a task that ends with the request. */
function sendBody(request: ClientRequest, { body }: Question): Task<void> | undefined {
  const chunks = body?.chunks;
  if (chunks === undefined) {
    request.end(body?.bytes);
    return undefined;
  }
  const task = createTask(sendChunks(request, chunks), { name: "fetch body" });
  request.once("close", () => task.cancel());
  return task;
}

function* sendChunks(
  request: ClientRequest,
  chunks: NonNullable<RequestBody["chunks"]>,
): Coroutine<void> {
  const loop = getRunningLoop();
  let drained: Future<void> | undefined;
  request.on("drain", () => {
    if (drained !== undefined && !drained.done()) drained.setResult();
  });
  try {
    yield* asyncFor(chunks, function* send(chunk: Chunk) {
      const bytes = toBytes(chunk);
      if (bytes.length === 0 || request.write(bytes)) return;
      drained = loop.createFuture<void>();
      yield* drained;
    });
    request.end();
  } catch (error) {
    if (isCancelled(error)) throw error;
    request.destroy(new Error(`the body failed: ${String(error)}`, { cause: error }));
  }
}
