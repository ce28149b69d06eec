/** Asks for a signal in a worker thread. */
import { fileURLToPath } from "node:url";
import { isMainThread, Worker } from "node:worker_threads";
import { getRunningLoop, run, sleep } from "../../src/index.js";

if (isMainThread) {
  new Worker(fileURLToPath(import.meta.url));
} else {
  await run(function* main() {
    try {
      getRunningLoop().addSignalHandler("SIGTERM", () => {});
    } catch (error) {
      console.log((error as { code: string }).code);
    }
    yield* sleep(0);
  });
}
