import { describeValue, typeError } from "../errors.js";

/**
 * What a handler has given, as a response; a framework's may be of a class of its own.
 * @throws {TypeError} for what is none (`ERR_INVALID_RESPONSE`).
 */
export function checkAnswer(answer: unknown, request: { describe(): string }): Response {
  if (typeof answer === "object" && answer !== null && "status" in answer && "headers" in answer)
    return answer as Response;
  throw typeError(
    "ERR_INVALID_RESPONSE",
    `Cannot respond to ${request.describe()}: the handler returned ${describeValue(answer)}; return a Response`,
  );
}
