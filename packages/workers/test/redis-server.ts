/** A Redis of the tests' own: on a free port of this machine, with its data in a temporary folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** The program, if it is installed. */
export const redisProgram = find();

function find(): string | undefined {
  const folders = ["/usr/bin", ...(process.env["PATH"] ?? "").split(delimiter)];
  for (const name of ["redis-server", "valkey-server"]) {
    const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
  }
  if (process.env["CI"] === "true") throw new Error("redis-server is not installed");
  console.warn("The tests on Redis did not run: redis-server is not installed");
  return undefined;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

export class RedisServer {
  readonly #folder = mkdtempSync(join(tmpdir(), "tsyncio-redis-"));
  readonly port: number;
  #process: ChildProcess | undefined;

  constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    await server.start();
    return server;
  }

  get connection(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get #isRunning(): boolean {
    const server = this.#process;
    return server !== undefined && server.exitCode === null && server.signalCode === null;
  }

  /** Starts it, if it does not run, with the data that it had, and waits until it listens. */
  async start(): Promise<void> {
    if (this.#isRunning) return;
    const settings = { bind: "127.0.0.1", dir: this.#folder, appendonly: "yes", save: "" };
    const options = { ...settings, port: String(this.port), appendfsync: "always" };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const server = spawn(redisProgram as string, args, { stdio: "ignore" });
    this.#process = server;
    while (!(await listens(this.port))) {
      if (server.exitCode !== null) throw new Error(`Redis ended with code ${server.exitCode}`);
    }
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    if (!this.#isRunning) return;
    this.#process?.kill("SIGKILL");
    await once(this.#process as ChildProcess, "exit");
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
