import { type Opening, toOpening } from "../operation.js";
import { type HttpServer, startServer } from "./http-server.js";
import type { Handler, ServeOptions } from "./serve-options.js";

/**
 * Starts a server for the web; gives it when it listens. `asyncWith` closes it at the end of its block:
 * `yield* asyncWith(serve(handler), (server) => server.serveForever())`.
 *
 * Each request runs as a task of the caller's run, begun in the turn in which it comes. The task is cancelled when the
 * client goes away and when the request's deadline passes (504). What a handler raises is answered by 500 and goes to the
 * loop's exception handler; a `TimeoutError` is answered by 504. Where a framework's promise hides what is waited for,
 * all tasks that were started for the request are cancelled with it.
 *
 * **Cancellation:** while it begins: nothing listens. Later the server ends with its run.
 *
 * asyncio: none; `start_server` is below HTTP.
 * @throws {TypeError} when `handler` is no function (`ERR_INVALID_ARG`).
 * @throws {RangeError} for a limit that is none (`ERR_INVALID_LIMIT`), a duration (`ERR_INVALID_DURATION`), a port
 * (`ERR_INVALID_ARG`).
 * @throws {ConnectionError} when the address cannot be listened on: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, `ENOTFOUND`.
 */
export function serve(handler: Handler, options: ServeOptions = {}): Opening<HttpServer> {
  return toOpening("serve", startServer(handler, options));
}
