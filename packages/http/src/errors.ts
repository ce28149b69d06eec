/** The errors of this package: each has a stable `code` and names the URL it is about. */
import { AsyncioError } from "tsyncio";

/**
 * A request could not be made, or its answer is not what was asked for. `code` is the system's where the network failed
 * (`ECONNREFUSED`, `ENOTFOUND`, `DEPTH_ZERO_SELF_SIGNED_CERT`, …); what was raised below is the `cause`.
 *
 * | code | when |
 * | --- | --- |
 * | `ERR_FETCH` | the request failed in a way that has no code of its own |
 * | `ERR_REDIRECT` | a redirect that cannot or shall not be followed |
 * | `ERR_HTTP_STATUS` | `raiseForStatus()` found a status that is no success; it is in `status` |
 * | `ERR_NO_EVENT_STREAM` | the answer to a request for events is none |
 */
export class FetchError extends AsyncioError {
  override get name(): string {
    return "FetchError";
  }

  /** What was asked for. */
  readonly url: string;
  /** The status of the answer, where there was one. */
  readonly status: number | undefined;

  constructor(
    code: string,
    message: string,
    url: string,
    options?: ErrorOptions & { status?: number },
  ) {
    super(code, message, options);
    this.url = url;
    this.status = options?.status;
  }
}

/** A body is longer than its limit (`ERR_BODY_TOO_LARGE`). */
export class BodyTooLargeError extends AsyncioError {
  override get name(): string {
    return "BodyTooLargeError";
  }

  /** The limit in bytes. */
  readonly limit: number;

  constructor(url: string, limit: number) {
    super(
      "ERR_BODY_TOO_LARGE",
      `Cannot read the body of ${url}: it is longer than ${limit} bytes; send less, or raise the limit`,
    );
    this.limit = limit;
  }
}

/**
 * A WebSocket could not be opened. `code` is the system's where the network failed, `ERR_WEBSOCKET_HANDSHAKE` where the
 * other side answered something else, and `ERR_UPGRADE_REQUIRED` for a request that asks for no WebSocket.
 */
export class WebSocketError extends AsyncioError {
  override get name(): string {
    return "WebSocketError";
  }

  /** The address. */
  readonly url: string;
  /** The status of the server's answer, where there was one. */
  readonly status: number | undefined;

  constructor(
    code: string,
    message: string,
    url: string,
    options?: ErrorOptions & { status?: number },
  ) {
    super(code, message, options);
    this.url = url;
    this.status = options?.status;
  }
}

/** A WebSocket is closed, or its connection is lost (`ERR_WEBSOCKET_CLOSED`). */
export class WebSocketClosed extends AsyncioError {
  override get name(): string {
    return "WebSocketClosed";
  }

  /** The code of the close frame; 1005 for one without, 1006 when there was none. */
  readonly closeCode: number;
  /** The text of the close frame. */
  readonly reason: string;

  constructor(message: string, closeCode: number, reason: string, options?: ErrorOptions) {
    super("ERR_WEBSOCKET_CLOSED", message, options);
    this.closeCode = closeCode;
    this.reason = reason;
  }
}

/** A `RangeError` with a `code`. */
export function rangeError(code: string, message: string): RangeError {
  return Object.assign(new RangeError(message), { code });
}

/** A `TypeError` with a `code`. */
export function typeError(code: string, message: string): TypeError {
  return Object.assign(new TypeError(message), { code });
}

/** What a bad argument was, for an error message. */
export function describeValue(value: unknown): string {
  if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
  if (typeof value === "string") return `string ${JSON.stringify(value.slice(0, 40))}`;
  if (typeof value !== "object" || value === null) return String(value);
  return (value.constructor as { name?: string } | undefined)?.name || "object";
}

interface Failure {
  readonly code: string | undefined;
  readonly reason: string;
}

/** What a failed request says: the error, or the first of its causes that has a code. */
export function reasonOf(error: unknown): Failure {
  for (let link: unknown = error; link instanceof Error; link = link.cause) {
    const { code, message } = link as { code?: unknown; message: string };
    if (typeof code !== "string") continue;
    // Node's word for a connection that ended in the middle of an answer.
    if (code === "ECONNRESET" && message === "aborted") {
      return { code, reason: "the connection was lost" };
    }
    // Several addresses were tried: the error of them all has no message of its own.
    const [first] = link instanceof AggregateError && message === "" ? link.errors : [];
    return { code, reason: first instanceof Error ? first.message : message };
  }
  return { code: undefined, reason: error instanceof Error ? error.message : String(error) };
}

/** What to do about what the network says. */
const CURES: Readonly<Record<string, string>> = {
  EACCES: "ask for the permission, or choose another port or path",
  EADDRINUSE: "choose another one",
  EADDRNOTAVAIL: "choose an address of this machine",
  ECONNREFUSED: "start the server, or check host and port",
  ECONNRESET: "the server ended the connection; ask again",
  ENOTFOUND: "check the name",
  EAI_AGAIN: "check that names can be resolved",
  ERR_TLS_CERT_ALTNAME_INVALID: "use a name that is in the certificate",
  CERT_HAS_EXPIRED: "renew the certificate",
  DEPTH_ZERO_SELF_SIGNED_CERT: "trust its certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "trust its authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "trust its authority",
};

/** The text of a network failure: `Cannot fetch http://…: connect ECONNREFUSED 127.0.0.1:1; …`. */
export function failureText(action: string, { code, reason }: Failure): string {
  const cure = code === undefined ? undefined : CURES[code];
  return `${action}: ${reason}${cure === undefined ? "" : `; ${cure}`}`;
}
