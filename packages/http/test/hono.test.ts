/** A Hono app behind `serve`: handlers, middleware and error handlers of all forms behave alike. */
import { serve as nodeServe } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { Hono, type Context as HonoContext, type Next } from "hono";
import { HTTPException } from "hono/http-exception";
import {
  ContextVar,
  type Coroutine,
  createTask,
  Event,
  fromPromise,
  gather,
  isCancelled,
  sleep,
} from "tsyncio";
import { describe, expect, test } from "vitest";
import { coroutineHandler, fetch, type RequestContext } from "../src/index.js";
import { asyncFunction } from "./async-function.js";
import { RawClient, until, withServer } from "./harness.js";

type C = HonoContext<{ Bindings: RequestContext; Variables: { user: string } }>;
type App = Hono<{ Bindings: RequestContext; Variables: { user: string } }>;

/** The functions of an app in one form. */
interface Form {
  slow(c: C): Promise<Response>;
  fails(c: C): Promise<Response>;
  around(c: C, next: Next): Promise<void>;
  onError(error: Error, c: C): Promise<Response>;
}

const log: string[] = [];

const native: Form = {
  async slow(c) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    return c.text(`slow for ${c.get("user")} ${c.req.param("id")}`);
  },
  async fails(c) {
    await Promise.resolve();
    if (c.req.query("http") !== undefined) throw new HTTPException(418, { message: "teapot" });
    throw new RangeError("broken");
  },
  async around(c, next) {
    log.push("in");
    c.set("user", "alice");
    await next();
    c.header("x-around", "yes");
    log.push("out");
  },
  async onError(error, c) {
    await Promise.resolve();
    if (error instanceof HTTPException) return error.getResponse();
    return c.text(`${error.name}: ${error.message}`, 500);
  },
};

const generators: Form = {
  slow: coroutineHandler(function* slow(c: C) {
    yield* sleep("2ms");
    return c.text(`slow for ${c.get("user")} ${c.req.param("id")}`);
  }),
  fails: coroutineHandler(function* fails(c: C): Coroutine<Response> {
    yield* sleep(0);
    if (c.req.query("http") !== undefined) throw new HTTPException(418, { message: "teapot" });
    throw new RangeError("broken");
  }),
  around: coroutineHandler(function* around(c: C, next: Next) {
    log.push("in");
    c.set("user", "alice");
    yield* fromPromise(next());
    c.header("x-around", "yes");
    log.push("out");
  }),
  onError: coroutineHandler(function* onError(error: Error, c: C): Coroutine<Response> {
    yield* sleep(0);
    if (error instanceof HTTPException) return error.getResponse();
    return c.text(`${error.name}: ${error.message}`, 500);
  }),
};

const loweredForm: Form = {
  slow: asyncFunction("slow", function* slow(c: C) {
    yield sleep("2ms");
    return c.text(`slow for ${c.get("user")} ${c.req.param("id")}`);
  }),
  fails: asyncFunction("fails", function* fails(c: C) {
    yield sleep(0);
    if (c.req.query("http") !== undefined) throw new HTTPException(418, { message: "teapot" });
    throw new RangeError("broken");
  }),
  around: asyncFunction("around", function* around(c: C, next: Next) {
    log.push("in");
    c.set("user", "alice");
    yield next();
    c.header("x-around", "yes");
    log.push("out");
  }),
  onError: asyncFunction("onError", function* onError(error: Error, c: C) {
    yield sleep(0);
    if (error instanceof HTTPException) return error.getResponse();
    return c.text(`${error.name}: ${error.message}`, 500);
  }),
};

/** Middleware that leaves the loop before it goes on. */
const wander = async (_c: C, next: Next): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
  await next();
};

function appOf({ slow, fails, around, onError }: Form): App {
  const app: App = new Hono();
  app.use("/mw/*", around);
  app.get("/mw/slow/:id", slow);
  app.get("/mw/fails", fails);
  app.get("/slow/:id", slow);
  app.get("/fails", fails);
  app.use("/far/*", wander, around);
  app.get("/far/slow/:id", slow);
  app.get("/far/fails", fails);
  app.onError(onError as never);
  return app;
}

const PATHS = [
  "/slow/1",
  "/mw/slow/2",
  "/far/slow/3",
  "/fails",
  "/mw/fails",
  "/far/fails?http",
  "/nowhere",
];

/** Status, header and text of each path. */
async function answers(url: string): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const path of PATHS) {
    log.length = 0;
    const response = await globalThis.fetch(`${url}${path}`);
    const text = await response.text();
    all.push([path, response.status, response.headers.get("x-around"), text, log.join()]);
  }
  return all;
}

const forms = { native, generators, lowered: loweredForm };

test("a Hono app answers alike in every form, and as on its own server", async () => {
  const server = nodeServe({ fetch: appOf(native).fetch, port: 0, hostname: "127.0.0.1" });
  await until(() => server.listening);
  const { port } = server.address() as { port: number };
  const wanted = await answers(`http://127.0.0.1:${port}`);
  server.close();
  expect(wanted).toMatchObject([
    ["/slow/1", 200, null, "slow for undefined 1", ""],
    ["/mw/slow/2", 200, "yes", "slow for alice 2", "in,out"],
    ["/far/slow/3", 200, "yes", "slow for alice 3", "in,out"],
    ["/fails", 500, null, "RangeError: broken", ""],
    ["/mw/fails", 500, "yes", "RangeError: broken", "in,out"],
    ["/far/fails?http", 418, "yes", "teapot", "in,out"],
    ["/nowhere", 404, null, "404 Not Found", ""],
  ]);
  for (const form of Object.values(forms)) {
    await withServer(appOf(form).fetch, function* main({ url }, reports) {
      expect(yield* fromPromise(answers(url))).toEqual(wanted);
      expect(reports).toEqual([]);
    });
  }
});

describe.each(["generators", "lowered"] as const)("handlers of the form %s", (form) => {
  const wrap = <A extends unknown[], T>(
    body: (...args: A) => Generator<unknown, T, unknown>,
  ): ((...args: A) => Promise<T>) =>
    form === "lowered" ? asyncFunction("handler", body) : coroutineHandler(adapted(body));

  test.each(["/plain", "/mw"])("are cancelled when the client goes away: %s", async (path) => {
    const ended: string[] = [];
    const begun = new Event();
    const app: App = new Hono();
    app.use(
      "/mw",
      wrap(function* around(_c: C, next: Next): Generator<unknown, void, unknown> {
        try {
          yield next();
        } catch (error) {
          ended.push(isCancelled(error) ? "middleware" : String(error));
          throw error;
        }
      }),
    );
    for (const route of ["/plain", "/mw"]) {
      app.get(
        route,
        wrap(function* handler(c: C): Generator<unknown, Response, unknown> {
          begun.set();
          try {
            yield sleep(60);
          } catch (error) {
            ended.push(isCancelled(error) ? "handler" : String(error));
            throw error;
          }
          return c.text("late");
        }),
      );
    }
    app.onError((_error, c) => c.text("unseen", 500));
    await withServer(app.fetch, function* main(server, reports) {
      const client = new RawClient(server.port);
      client.send(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      yield* begun.wait();
      yield* sleep("5ms");
      client.vanish();
      yield* fromPromise(until(() => ended.length === (path === "/mw" ? 2 : 1)));
      expect(ended.sort()).toEqual(path === "/mw" ? ["handler", "middleware"] : ["handler"]);
      expect(reports).toEqual([]);
    });
  });

  test("are cancelled at the deadline, which is answered by 504", async () => {
    let ended = "";
    const app: App = new Hono();
    app.get(
      "/",
      wrap(function* handler(c: C): Generator<unknown, Response, unknown> {
        try {
          yield sleep(60);
        } finally {
          ended = "ended";
        }
        return c.text("late");
      }),
    );
    app.onError((_error, c) => c.text("unseen", 500));
    await withServer(
      app.fetch,
      function* main(server) {
        expect((yield* fetch(server.url)).status).toBe(504);
        expect(ended).toBe("ended");
      },
      { deadline: "20ms" },
    );
  });
});

test("handlers behind middleware that left the loop are cancelled too by coroutineHandler()", async () => {
  const begun = new Event();
  let ended = false;
  const app: App = new Hono();
  app.use(wander);
  app.get(
    "/",
    coroutineHandler(function* handler(c: C) {
      begun.set();
      try {
        yield* sleep(60);
      } finally {
        ended = true;
      }
      return c.text("late");
    }),
  );
  await withServer(app.fetch, function* main(server) {
    const client = new RawClient(server.port);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    yield* begun.wait();
    client.vanish();
    yield* fromPromise(until(() => ended));
  });
});

test("overlapping requests keep their context variables apart", async () => {
  const name = new ContextVar("name", { default: "nobody" });
  const app: App = new Hono();
  app.use(
    coroutineHandler(function* around(c: C, next: Next) {
      name.set(c.req.path);
      yield* fromPromise(next());
    }),
  );
  app.get(
    "*",
    coroutineHandler(function* handler(c: C) {
      yield* sleep("5ms");
      return c.text(name.get());
    }),
  );
  await withServer(app.fetch, function* main(server) {
    const get = function* get(path: string): Coroutine<string> {
      return yield* (yield* fetch(`${server.url}${path}`)).text();
    };
    expect(yield* gather(get("/a"), get("/b"), get("/c"))).toEqual(["/a", "/b", "/c"]);
  });
});

test("coroutineHandler() works without a server of ours, and gives an app its connection with one", async () => {
  const app: App = new Hono();
  app.get(
    "/",
    coroutineHandler(function* handler(c: C) {
      yield* sleep(0);
      return c.text("request()");
    }),
  );
  app.get("/address", (c) => c.text(`${getConnInfo(c).remote.address} ${c.env.remoteAddress}`));
  expect(await (await app.request("/")).text()).toBe("request()");
  await withServer(app.fetch, function* main(server) {
    const response = yield* fetch(`${server.url}/address`);
    expect(yield* response.text()).toBe("127.0.0.1 127.0.0.1");
    const task = createTask(fetch(server.url));
    expect(yield* (yield* task).text()).toBe("request()");
  });
});

/** A body of the lowered form as a coroutine function. */
function adapted<A extends unknown[], T>(
  body: (...args: A) => Generator<unknown, T, unknown>,
): (...args: A) => Coroutine<T> {
  return function* coroutine(...args) {
    const generator = body(...args);
    let step = generator.next();
    while (step.done !== true) {
      const awaited = step.value;
      try {
        const value: unknown =
          awaited instanceof Promise && !("describe" in awaited)
            ? yield* fromPromise(awaited)
            : yield* awaited as Coroutine<unknown>;
        step = generator.next(value);
      } catch (error) {
        step = generator.throw(error);
      }
    }
    return step.value;
  };
}
