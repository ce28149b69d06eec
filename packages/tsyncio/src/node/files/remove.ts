/** Taking away what a block has made, for its end. What is gone already is no error. */
import { rm } from "node:fs";
import { FileOperation } from "./file-operation.js";

/**
 * @internal
 * Removes a file, or a folder with all that is in it.
 *
 * **Cancellation:** raised when it is removed.
 */
export function remove(path: string): FileOperation<void> {
  return new FileOperation<void>({
    label: `removing ${path}`,
    path,
    start: (done) => rm(path, { recursive: true, force: true }, (error) => done(error)),
    brief: true,
  });
}
