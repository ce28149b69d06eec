import type { Duration, Loop } from "tsyncio";
import type { WebSocketConnection } from "../websocket/web-socket-connection.js";
import type { ActiveRequests } from "./active-requests.js";
import type { Admission } from "./admission.js";
import type { Exchange } from "./exchange.js";
import type { Handler, Limits } from "./serve-options.js";

/** What a request needs of its server. */
export interface Service {
  readonly loop: Loop;
  readonly handler: Handler;
  readonly limits: Limits;
  readonly deadline: Duration | null | ((request: Request) => Duration | null);
  readonly admission: Admission;
  /** The requests that wait, those whose handler runs, and those whose body is being made. */
  readonly active: ActiveRequests;
  readonly webSockets: Set<WebSocketConnection>;
  readonly closing: boolean;
  /** Hands a request to the adapter, which calls its `handle`. */
  pass(exchange: Exchange): void;
  /** Calls `job` in a task of the run. */
  post(job: () => void): void;
  /** Cancels the tasks that a framework has started for a request. */
  sweep(exchange: Exchange): void;
}
