/** A call of the command that cannot be meant: one line on standard error and the exit code 2. */
export class BadCall extends Error {
  override readonly name = "BadCall";
}
