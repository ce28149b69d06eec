/** Gives loops that were given no executor a pool of threads, for `toThread` and `runInExecutor(null, ...)`. */
import { Loop } from "tsyncio";
import { ThreadPoolExecutor } from "./thread-pool-executor.js";

Loop.executorFactory ??= () => new ThreadPoolExecutor();
