/**
 * An HTTP service in which no request takes longer than it may: half a second, or the milliseconds
 * that the client gives it in the header `x-deadline`. A request that is too slow is answered by
 * 504, and its work is cancelled; so is the work for a client that has gone away. With a port it
 * serves until Ctrl-C or SIGTERM (try `curl 'http://127.0.0.1:8080/work?seconds=2'`); without one it
 * shows itself.
 */

import { realpathSync } from "node:fs";
import { fetch, type HttpServer, serve } from "@tsyncio/http";
import * as asyncio from "tsyncio";
import { gracefulStop } from "tsyncio/node";

const LONGEST = 0.5;

/** Listens on `port`, 0 for any; tells `log` what becomes of the work. */
export function startService(port: number, log = console.log): asyncio.Operation<HttpServer> {
  return serve((request) => handle(new URL(request.url), log), { port, deadline: deadlineOf });
}

/** The seconds that a request may take: what its client wants, but no more than there are. */
export function deadlineOf({ headers }: Request): number {
  const wanted = Number(headers.get("x-deadline") ?? "none") / 1000;
  return wanted > 0 ? Math.min(wanted, LONGEST) : LONGEST;
}

function* handle({ pathname, searchParams }: URL, log: (line: string) => void) {
  if (pathname !== "/work") return new Response("there is /work?seconds=N\n", { status: 404 });
  const seconds = Number(searchParams.get("seconds") ?? 0.1);
  if (!(seconds >= 0)) return new Response("seconds must be a number\n", { status: 400 });
  try {
    yield* work(seconds);
  } catch (error) {
    if (asyncio.isCancelled(error)) log(`  the work of ${seconds} s is cancelled`);
    throw error;
  }
  return Response.json({ seconds });
}

/** Two things at once, as a service asks a database and another service; both end with the request. */
function* work(seconds: number) {
  yield* asyncio.gather(asyncio.sleep(seconds), asyncio.sleep(seconds / 2));
}

/** Serves on `port` until a signal; without one, answers a few requests of its own. */
export function* main(port?: number) {
  const stop = gracefulStop();
  yield* asyncio.asyncWith(stop, function* () {
    const service = yield* startService(port ?? 0);
    yield* asyncio.asyncWith(service, function* () {
      console.log(`service on ${service.url}`);
      if (port === undefined) yield* show(service.url);
      else yield* service.serveForever();
    });
  });
  console.log("the service is closed");
}

function* show(url: string) {
  yield* ask("quick work", `${url}/work?seconds=0.1`);
  yield* ask("slow work", `${url}/work?seconds=10`);
  yield* ask("a client in a hurry", `${url}/work?seconds=0.3`, { "x-deadline": "100" });
  try {
    yield* asyncio.waitFor(ask("an impatient client", `${url}/work?seconds=20`), "100ms");
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error;
    console.log("an impatient client: goes away after 100 ms");
  }
}

function* ask(title: string, url: string, headers: Record<string, string> = {}) {
  yield* asyncio.asyncWith(yield* fetch(url, { headers }), function* (answer) {
    console.log(`${title}: ${answer.status} ${(yield* answer.text()).trim()}`);
  });
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  const [, , port] = process.argv;
  await asyncio.run(main(port === undefined ? undefined : Number(port)));
}
