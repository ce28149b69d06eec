/** The same functions behind a bare `parentPort`: the least that a call to another thread can be. */
import { parentPort } from "node:worker_threads";
import { noop, spin } from "./workers-functions.js";

const functions = { noop, spin };

parentPort?.on("message", ({ argument, id, name }) => {
  const result = functions[/** @type {"noop" | "spin"} */ (name)](argument);
  parentPort?.postMessage({ id, result });
});
