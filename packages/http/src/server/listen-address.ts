/** Where a server is to listen. */
import type { ListenOptions } from "node:net";
import { ConnectionError } from "tsyncio/node";
import { failureText, reasonOf } from "../errors.js";
import type { ServeOptions } from "./serve-options.js";

/** The address for Node. */
export function addressOf(options: ServeOptions): ListenOptions {
  const { port = 3000, hostname = "127.0.0.1", path, backlog } = options;
  return path === undefined ? { port, host: hostname, backlog } : { path, backlog };
}

/** `cause` as what keeps a server from listening: `Cannot listen on 127.0.0.1:80: listen EACCES …; …`. */
export function listenError(options: ServeOptions, cause: unknown): ConnectionError {
  const { port, host = "", path } = addressOf(options);
  const address = path ?? `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const failure = reasonOf(cause);
  return new ConnectionError(
    failure.code ?? "ERR_LISTEN",
    failureText(`Cannot listen on ${address}`, failure),
    address,
    { cause },
  );
}
