import { AsyncioError } from "../kernel/errors.js";

/** What to do about what the system says. */
const CURES: Readonly<Record<string, string>> = {
  EACCES: "ask for the permission, or choose another port or path",
  EADDRNOTAVAIL: "choose an address of this machine",
  EAI_AGAIN: "check that names can be resolved",
  ECONNREFUSED: "start the server, or check host and port",
  ECONNRESET: "the peer ended the connection; connect again",
  ENOENT: "start the server, or check the path",
  ENOTFOUND: "check the name",
  EPIPE: "the peer ended the connection; connect again",
  ETIMEDOUT: "check the network, or connect again",
  ERR_TLS_CERT_ALTNAME_INVALID: "pass the name in the certificate: tls: { servername }",
  CERT_HAS_EXPIRED: "renew the certificate",
  DEPTH_ZERO_SELF_SIGNED_CERT: "trust its certificate: tls: { ca }",
  SELF_SIGNED_CERT_IN_CHAIN: "trust its authority: tls: { ca }",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "trust its authority: tls: { ca }",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "trust its authority: tls: { ca }",
};

/**
 * A connection could not be made, or broke; an address could not be listened on. `code` is the system's
 * (`ECONNREFUSED`, `ECONNRESET`, `EADDRINUSE`, …), the system's own error is the `cause`.
 *
 * asyncio: the builtin `OSError` and its `ConnectionError`s; there the message has no address.
 */
export class ConnectionError extends AsyncioError {
  override get name(): string {
    return "ConnectionError";
  }

  /** Host and port, or the path. */
  readonly address: string;

  constructor(code: string, message: string, address: string, options?: ErrorOptions) {
    super(code, message, options);
    this.address = address;
  }
}

/** @internal `cause` as the error of an action: `Cannot connect to localhost:80: …; …`. */
export function connectionError(action: string, address: string, cause: unknown): ConnectionError {
  const { code: own, message } = cause as { code?: unknown; message?: unknown };
  const code = typeof own === "string" ? own : "ERR_CONNECTION";
  const cure = code === "EADDRINUSE" ? cureInUse(cause) : CURES[code];
  const what = reason(cause, String(message ?? cause));
  return new ConnectionError(
    code,
    `Cannot ${action} ${address}: ${what}${cure === undefined ? "" : `; ${cure}`}`,
    address,
    { cause },
  );
}

/** Of a Unix socket, Node gives -1 as the port. */
function cureInUse(cause: unknown): string {
  return (cause as { port?: number }).port === -1
    ? "remove what is there, or choose another path"
    : "choose another one, or port 0 for any that is free";
}

/** Node's error for several addresses has no message of its own. */
function reason(cause: unknown, message: string): string {
  if (!(cause instanceof AggregateError) || message !== "") return message;
  return cause.errors.map((each: Error) => each.message).join(", ");
}

/** @internal For who writes to a connection that is no more. */
export function connectionLost(address: string, cause?: unknown): ConnectionError {
  return new ConnectionError(
    "ECONNRESET",
    `Cannot write to ${address}: Connection lost; connect again`,
    address,
    cause === undefined ? undefined : { cause },
  );
}
