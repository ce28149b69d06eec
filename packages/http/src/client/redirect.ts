/** Where an answer sends the request, by the rules of the Fetch standard. */
import type { IncomingMessage } from "node:http";
import { FetchError } from "../errors.js";
import type { Question } from "./transfer.js";

const STATUSES = new Set([301, 302, 303, 307, 308]);
/** What must not go to another origin. */
const PRIVATE = ["authorization", "cookie", "host", "proxy-authorization"];
/** What speaks of a body. */
const OF_BODY = ["content-encoding", "content-language", "content-length", "content-location"];

/** The most redirects that are followed. */
export const MAX_REDIRECTS = 20;

/** True for an answer that is somewhere else. */
export function isRedirect({ statusCode = 0, headers }: IncomingMessage): boolean {
  return STATUSES.has(statusCode) && headers.location !== undefined;
}

/**
 * The request to send next.
 * @throws {FetchError} for an address that cannot be asked, or a body that is gone (`ERR_REDIRECT`).
 */
export function redirected(question: Question, answer: IncomingMessage): Question {
  const { url, method } = question;
  const { statusCode = 0, headers: said } = answer;
  const location = said.location as string;
  const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  if (next === undefined || !/^https?:$/.test(next.protocol)) {
    throw redirectError(url, `it redirects to ${JSON.stringify(location)}`);
  }
  if (next.hash === "") next.hash = url.hash;
  const headers = new Headers(question.headers);
  if (next.origin !== url.origin) for (const name of PRIVATE) headers.delete(name);
  const posted = method === "POST" && (statusCode === 301 || statusCode === 302);
  if (posted || (statusCode === 303 && method !== "GET" && method !== "HEAD")) {
    for (const name of [...OF_BODY, "content-type", "transfer-encoding"]) headers.delete(name);
    return { url: next, method: "GET", headers, body: undefined };
  }
  if (question.body?.chunks !== undefined) {
    throw redirectError(url, `it redirects with ${statusCode}, and the body was sent already`);
  }
  return { ...question, url: next, headers };
}

/** The error for a redirect that is not followed. */
export function redirectError(url: URL, what: string): FetchError {
  return new FetchError("ERR_REDIRECT", `Cannot fetch ${url.href}: ${what}`, url.href);
}
