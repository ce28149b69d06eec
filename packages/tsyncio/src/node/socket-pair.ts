/**
 * Two sockets that are connected with each other: one stays here, the other becomes stdout and stderr of a process at
 * once, for which Node has no pipe.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Operation } from "../kernel/operation.js";
import { FileOperation } from "./files/file-operation.js";

/** The two ends. */
export interface SocketPair {
  readonly ours: Socket;
  readonly theirs: Socket;
}

/**
 * Connects two sockets.
 *
 * **Cancellation:** leaves nothing.
 */
export function socketPair(): Operation<SocketPair> {
  return new FileOperation<SocketPair>({
    label: "connecting two sockets",
    path: tmpdir(),
    start: (done) => {
      connectedPair().then(
        (pair) => done(null, pair),
        (error) => done(error),
      );
    },
    undo: ({ ours, theirs }, done) => {
      ours.destroy();
      theirs.destroy();
      done();
    },
    brief: true,
  });
}

async function connectedPair(): Promise<SocketPair> {
  // Only this user may enter the folder, so nobody else can connect.
  const folder = await mkdtemp(join(tmpdir(), "tsyncio-"));
  const server = createServer({ pauseOnConnect: true });
  try {
    return await connected(server, socketPath(folder));
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function socketPath(folder: string): string {
  return process.platform === "win32" ? `\\\\?\\pipe\\${folder}` : join(folder, "pipe");
}

function connected(server: Server, path: string): Promise<SocketPair> {
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(path, () => {
      const ours = connect(path);
      ours.on("error", reject);
      server.on("connection", (theirs) => {
        ours.off("error", reject);
        resolve({ ours, theirs });
      });
    });
  });
}
