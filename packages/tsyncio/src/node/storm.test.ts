/** Connections that are opened and cancelled at random points; 10,000 of them with `npm run stress`. */
import { describe, expect, it } from "vitest";
import { programs } from "../../test/start-program.js";

const start = programs();
const size = process.env["STRESS"] === "1" ? 10_000 : 300;

describe("a storm of connections", () => {
  it(`of ${size} leaves no socket, timer, task or listener, and the server serves on`, async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    console.info(`STORM_SEED=${seed}`);
    process.env["STORM_SIZE"] = String(size);
    process.env["STORM_SEED"] = String(seed);
    const { code, lines, stderr } = await start("streams-storm").ended();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [answer, clients, server] = lines;
    expect(answer).toBe("still there?");
    const { left, seen } = JSON.parse(clients as string) as {
      left: string[];
      seen: Record<string, number>;
    };
    expect(left).toEqual([]);
    expect(Object.keys(seen).sort()).toEqual([
      "cancelled",
      "cut off",
      "left by an error",
      "to the end",
    ]);
    expect(Object.values(seen).reduce((sum, count) => sum + count)).toBe(size);
    const served = JSON.parse(server as string) as Record<"left" | "begun" | "ended", unknown>;
    expect(served).toEqual({ left: [], begun: served.begun, ended: served.begun });
  });
});
