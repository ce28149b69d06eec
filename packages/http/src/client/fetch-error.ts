import { FetchError, failureText, reasonOf } from "../errors.js";

/** `error` as what kept an action from being done: `Cannot fetch http://…: connect ECONNREFUSED …; …`. */
export function fetchError(action: string, url: string, error: unknown): FetchError {
  if (error instanceof FetchError) return error;
  const failure = reasonOf(error);
  return new FetchError(
    failure.code ?? "ERR_FETCH",
    failureText(`Cannot ${action}`, failure),
    url,
    { cause: error },
  );
}
