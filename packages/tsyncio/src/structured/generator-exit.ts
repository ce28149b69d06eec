/**
 * Raised at the `emit` where the body of an async generator stands, to close it, and dropped when it leaves the body.
 * Counterpart: the builtin of that name.
 */
export class GeneratorExit extends Error {}
GeneratorExit.prototype.name = "GeneratorExit";
