/** The entry of the runtime that lowered code calls. */
export const RUNTIME = "tsyncio/coroutine";
