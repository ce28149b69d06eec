import { currentJob, defineJobs } from "@tsyncio/workers";
import { sleep } from "tsyncio";

/** In TypeScript, with an async function: for workers that are started by the command. */
export const jobs = defineJobs(import.meta.url, {
  distance({ x, y }: { readonly x: number; readonly y: number }): number {
    return Math.hypot(x, y);
  },

  async wait(seconds: number): Promise<string> {
    try {
      await sleep(seconds);
      return `${currentJob().name} waited`;
    } finally {
      await sleep(0.01);
      console.log(`finally after ${seconds}`);
    }
  },
});
