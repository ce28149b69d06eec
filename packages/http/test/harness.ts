/** What the tests of this package share: a run with a server in it, and what it leaves behind. */
import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import {
  asyncWith,
  type Coroutine,
  type ExceptionContext,
  fromPromise,
  getRunningLoop,
  run,
  type Task,
} from "tsyncio";
import { type Handler, type HttpServer, type ServeOptions, serve } from "../src/index.js";

/** What the loop's exception handler was told. */
export type Reports = ExceptionContext[];

/** Runs `main` with a server on any free port of this machine; the server is closed when main ends. */
export function withServer<T>(
  handler: Handler,
  main: (server: HttpServer, reports: Reports) => Coroutine<T>,
  options: ServeOptions = {},
): Promise<T> {
  return withReports((reports) =>
    asyncWith(serve(handler, { port: 0, ...options }), (server) => main(server, reports)),
  );
}

/** Runs `main` with what is reported in it collected. */
export async function withReports<T>(main: (reports: Reports) => Coroutine<T>): Promise<T> {
  const reports: Reports = [];
  return run(function* reported() {
    const loop = getRunningLoop();
    const before = loop.getExceptionHandler();
    loop.setExceptionHandler((_loop, context) => {
      reports.push(context);
    });
    try {
      return yield* main(reports);
    } finally {
      loop.setExceptionHandler(before);
    }
  });
}

/** The sockets and requests that keep this process alive. */
export function openSockets(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => /TCP|TLS|Pipe|Connect|GetAddrInfo/.test(name));
}

/** Waits, for at most two seconds, until `condition` holds. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 2_000;
  while (!condition() && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  if (!condition()) throw new Error(`Did not come true: ${condition}`);
}

/** Runs `main` with a plain `node:http` server. */
export async function withNode<T>(
  listener: RequestListener,
  main: (url: string, server: Server) => Coroutine<T>,
): Promise<T> {
  const server = createHttpServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    return await run(main(`http://127.0.0.1:${port}`, server));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The error `task` ends with. */
export function* failure(task: Task<unknown>): Coroutine<unknown> {
  yield* fromPromise(until(() => task.done()));
  return task.exception();
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A connection that speaks for itself. */
export class RawClient {
  readonly socket: Socket;
  /** All that has come. */
  received = "";
  closed = false;

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.setEncoding("latin1");
    this.socket.on("data", (text: string) => {
      this.received += text;
    });
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.closed = true;
    });
  }

  send(text: string): void {
    this.socket.write(text, "latin1");
  }

  /** Goes away without a word. */
  vanish(): void {
    this.socket.resetAndDestroy();
  }
}
