/** Handlers of web frameworks that give tasks, operations and runs where a promise is expected; real servers. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Coroutine,
  createTask,
  fromPromise,
  gather,
  getRunningLoop,
  Lock,
  type Loop,
  run,
  sleep,
  type Task,
  waitFor,
} from "../index.js";

/** As much of Express as the tests use: its own types are a package of their own. */
interface ExpressResponse extends ServerResponse {
  send(body: string): ExpressResponse;
  status(code: number): ExpressResponse;
}
type Next = (error?: unknown) => void;
type Handler = (request: IncomingMessage, response: ExpressResponse, next: Next) => unknown;
interface ExpressApp {
  get(path: string, handler: Handler): void;
  use(
    handler: (error: Error, request: unknown, response: ExpressResponse, next: Next) => unknown,
  ): void;
  listen(port: number, host: string, ready: () => void): Server;
}
const { default: express } = (await import("express" as string)) as { default: () => ExpressApp };

function* greet(name: string): Coroutine<string> {
  yield* sleep("1ms");
  const [a, b] = yield* gather(sleep("1ms", "hello"), fromPromise(Promise.resolve(name)));
  return `${a} ${b}`;
}

function* breaks(): Coroutine<never> {
  yield* sleep(0);
  throw new RangeError("handler failed");
}

const requests = new AsyncLocalStorage<string>();
const lock = new Lock();

/** The name of the current request, after waits that other requests end. */
function* nameOfRequest(): Coroutine<string> {
  yield* lock.acquire();
  yield* sleep("1ms");
  lock.release();
  yield* fromPromise(Promise.resolve());
  return `${requests.getStore()}`;
}

const open: Server[] = [];

async function get(server: Server, path: string): Promise<[status: number, body: string]> {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return [response.status, await response.text()];
}

/** A loop on which handlers make tasks: that of a run which lasts as long as the server. */
let loop: Loop;
let ended: Promise<void>;
let end: () => void;

beforeAll(async () => {
  const stopped = new Promise<void>((resolve) => {
    end = resolve;
  });
  await new Promise<void>((ready) => {
    ended = run(function* main() {
      loop = getRunningLoop();
      ready();
      yield* fromPromise(stopped);
    });
  });
});

afterAll(async () => {
  for (const server of open) {
    server.closeAllConnections();
    server.close();
  }
  end();
  await ended;
});

describe("a Hono app", () => {
  let server: Server;

  beforeAll(async () => {
    const app = new Hono();
    app.get("/run", (c) => run(greet("run")).then((text) => c.text(text)));
    app.get("/task", (c) =>
      loop.createTask(function* respond() {
        return c.text(yield* greet("task"));
      }),
    );
    app.get("/operation", (c) => waitFor(respondTo(c.text.bind(c)), 5));
    app.get("/async", async (c) => c.text(await loop.createTask(greet("async"))));
    app.get("/fails", (c) =>
      loop.createTask(function* respond() {
        yield* breaks();
        return c.text("not reached");
      }),
    );
    app.get("/request/:name", (c) =>
      requests.run(c.req.param("name"), () => run(nameOfRequest())).then((name) => c.text(name)),
    );
    app.onError((error, c) => c.text(`${error.name}: ${error.message}`, 500));
    function* respondTo(text: (body: string) => Response): Coroutine<Response> {
      return text(yield* greet("operation"));
    }
    await new Promise<void>((ready) => {
      server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => ready()) as Server;
    });
    open.push(server);
  });

  it.each(["run", "task", "operation", "async"])("takes what a handler gives: %s", async (kind) => {
    expect(await get(server, `/${kind}`)).toEqual([200, `hello ${kind}`]);
  });

  it("gets the error of a task that fails", async () => {
    expect(await get(server, "/fails")).toEqual([500, "RangeError: handler failed"]);
  });

  it("keeps overlapping requests apart", async () => {
    const names = Array.from({ length: 8 }, (_, i) => `r${i}`);
    const answers = await Promise.all(names.map((name) => get(server, `/request/${name}`)));
    expect(answers).toEqual(names.map((name) => [200, name]));
  });
});

describe("an Express app", () => {
  let server: Server;

  beforeAll(async () => {
    const app = express();
    app.get("/run", (_request, response) => run(greet("run")).then((text) => response.send(text)));
    app.get("/task", (_request, response) =>
      loop.createTask(function* respond() {
        response.send(yield* greet("task"));
      }),
    );
    app.get("/async", async (_request, response) => {
      response.send(await loop.createTask(greet("async")));
    });
    // Express passes on what a handler's promise rejects with; a task is one to it.
    app.get("/fails", () => loop.createTask(breaks()));
    app.get("/run-fails", () => run(breaks()));
    app.get("/operation-fails", () => waitFor(breaks(), 5));
    app.use((error, _request, response, _next) =>
      response.status(500).send(`${error.name}: ${error.message}`),
    );
    await new Promise<void>((ready) => {
      server = app.listen(0, "127.0.0.1", ready);
    });
    open.push(server);
  });

  it.each(["run", "task", "async"])("takes what a handler gives: %s", async (kind) => {
    expect(await get(server, `/${kind}`)).toEqual([200, `hello ${kind}`]);
  });

  it.each(["fails", "run-fails", "operation-fails"])(
    "gets the error of a handler: %s",
    async (kind) => {
      expect(await get(server, `/${kind}`)).toEqual([500, "RangeError: handler failed"]);
    },
  );
});

describe("a program that runs a server beside tasks", () => {
  it("createTask() in a handler that is called inside a step belongs to the run", async () => {
    const tasks: Task<string>[] = [];
    const app = new Hono();
    app.get("/", (c) => {
      const task = createTask(greet("inside"));
      tasks.push(task);
      return task.then((text) => c.text(text));
    });
    const text = await run(function* main() {
      const response = yield* fromPromise(async () => await app.request("/"));
      return yield* fromPromise(response.text());
    });
    expect(text).toBe("hello inside");
    expect(tasks.map((task) => task.done())).toEqual([true]);
  });
});
