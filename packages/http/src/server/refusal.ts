/** Answers that no handler made. */

const NOTES: Readonly<Record<number, string>> = {
  413: "Payload Too Large",
  426: "Upgrade Required",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** The answer with `status`; it says nothing of what went wrong inside. */
export function refusal(status: 413 | 426 | 500 | 501 | 503 | 504): Response {
  const headers: Record<string, string> = { "content-type": "text/plain; charset=UTF-8" };
  if (status === 503) headers["retry-after"] = "1";
  if (status === 426) headers["upgrade"] = "websocket";
  return new Response(NOTES[status] as string, { status, headers });
}
