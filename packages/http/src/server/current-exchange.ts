/** Which request the current task works for, for what is made on its behalf. */
import { ContextVar } from "tsyncio";
import type { Exchange } from "./exchange.js";

const variable = new ContextVar<Exchange | undefined>("http request", { default: undefined });

/** The request whose handler, or a task of it, is running. */
export function currentExchange(): Exchange | undefined {
  return variable.get();
}

/** Makes `exchange` the current one of this task and of those it starts. */
export function enterExchange(exchange: Exchange): void {
  variable.set(exchange);
}

/** The variable itself, to ask the contexts of other tasks. */
export const exchangeVariable: ContextVar<Exchange | undefined> = variable;
