import { describe, expect, it } from "vitest";
import { errorOf, raisedBy, withCode } from "../../test/errors.js";
import {
  asyncFor,
  BREAK,
  type Coroutine,
  createTask,
  gather,
  IncompleteReadError,
  LimitOverrunError,
  type Operation,
  sleep,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { type ReadSource, StreamReader } from "./stream-reader.js";

/** A source that notes when it is held back. */
class Notes implements ReadSource {
  readonly list: string[] = [];

  pause(): void {
    this.list.push("pause");
  }

  resume(): void {
    this.list.push("resume");
  }
}

function fed(text: string, limit?: number): StreamReader {
  const reader = new StreamReader(undefined, { limit });
  reader.feedData(Buffer.from(text));
  return reader;
}

function* text(read: Operation<Buffer>): Coroutine<string> {
  return String(yield* read);
}

describe("StreamReader.read()", () => {
  it("gives what is there, up to the size, without yielding to the loop", () => {
    runVirtual(function* main() {
      const reader = fed("abcdef");
      let others = 0;
      createTask(() => sleep(0)).addDoneCallback(() => others++);
      expect(yield* text(reader.read(4))).toBe("abcd");
      expect(yield* text(reader.read(4))).toBe("ef");
      expect(yield* text(reader.read(0))).toBe("");
      expect(others).toBe(0);
    });
  });

  it("waits for the first byte", () => {
    runVirtual(function* main() {
      const reader = new StreamReader();
      const read = createTask(reader.read(100));
      yield* sleep(0);
      expect(read.done()).toBe(false);
      reader.feedData(Buffer.from("now"));
      expect(String(yield* read)).toBe("now");
    });
  });

  it("gives several chunks as one", () => {
    runVirtual(function* main() {
      const reader = fed("ab");
      reader.feedData(new Uint8Array([99, 100]));
      expect(yield* text(reader.read(100))).toBe("abcd");
    });
  });

  it("gives everything up to the end when it has no size, and nothing afterwards", () => {
    runVirtual(function* main() {
      const reader = fed("ab");
      const read = createTask(reader.read());
      yield* sleep(0);
      reader.feedData(Buffer.from("cd"));
      yield* sleep(0);
      expect(read.done()).toBe(false);
      reader.feedEof();
      expect(String(yield* read)).toBe("abcd");
      expect(reader.atEof()).toBe(true);
      expect(yield* text(reader.read())).toBe("");
      expect(yield* text(reader.read(5))).toBe("");
      expect(yield* text(reader.readLine())).toBe("");
    });
  });

  it("keeps what had come when it is cancelled", () => {
    runVirtual(function* main() {
      const reader = fed("ab");
      const read = createTask(reader.read());
      yield* sleep(0);
      reader.feedData(Buffer.from("cd"));
      read.cancel();
      yield* gather([read], { returnExceptions: true });
      reader.feedEof();
      expect(yield* text(reader.read())).toBe("abcd");
    });
  });

  it("refuses what is no size", () => {
    const reader = new StreamReader();
    for (const size of [Number.NaN, 1.5, "4"]) {
      expect(() => reader.read(size as number)).toThrow(withCode("ERR_INVALID_ARG"));
      expect(() => reader.readExactly(size as number)).toThrow(withCode("ERR_INVALID_ARG"));
    }
    expect(() => reader.readExactly(-1)).toThrow(withCode("ERR_INVALID_ARG"));
  });
});

describe("StreamReader.readExactly()", () => {
  it("waits for the last byte and leaves the rest", () => {
    runVirtual(function* main() {
      const reader = fed("ab");
      const read = createTask(reader.readExactly(4));
      yield* sleep(0);
      reader.feedData(Buffer.from("cde"));
      expect(String(yield* read)).toBe("abcd");
      expect(yield* text(reader.readExactly(0))).toBe("");
      expect(yield* text(reader.readExactly(1))).toBe("e");
    });
  });

  it("raises what came before the end, and leaves nothing", () => {
    runVirtual(function* main() {
      const reader = fed("abc");
      reader.feedEof();
      const error = yield* raisedBy(reader.readExactly(5));
      expect(error).toBeInstanceOf(IncompleteReadError);
      const { partial, expected } = error as IncompleteReadError;
      expect([String(Buffer.from(partial)), expected]).toEqual(["abc", 5]);
      expect(yield* text(reader.read())).toBe("");
    });
  });

  it("takes nothing when it is cancelled, before or after its bytes came", () => {
    runVirtual(function* main() {
      for (const late of [false, true]) {
        const reader = fed("ab");
        const read = createTask(reader.readExactly(4));
        yield* sleep(0);
        if (late) reader.feedData(Buffer.from("cd"));
        read.cancel();
        yield* gather([read], { returnExceptions: true });
        expect(read.cancelled()).toBe(true);
        if (!late) reader.feedData(Buffer.from("cd"));
        expect(yield* text(reader.readExactly(4))).toBe("abcd");
      }
    });
  });

  it("completes beyond the limit, through a pause", () => {
    runVirtual(function* main() {
      const source = new Notes();
      const reader = new StreamReader(source, { limit: 4 });
      reader.feedData(Buffer.from("123456789"));
      const read = createTask(reader.readExactly(20));
      yield* sleep(0);
      reader.feedData(Buffer.from("12345678901"));
      expect((yield* read).length).toBe(20);
      expect(source.list).toEqual(["pause", "resume"]);
    });
  });
});

describe("StreamReader.readUntil()", () => {
  it("gives the bytes with their separator", () => {
    runVirtual(function* main() {
      const reader = fed("one, two; three");
      expect(yield* text(reader.readUntil(", "))).toBe("one, ");
      expect(yield* text(reader.readUntil(Buffer.from(";")))).toBe("two;");
      const rest = createTask(reader.readUntil());
      yield* sleep(0);
      reader.feedData(Buffer.from("\n"));
      expect(String(yield* rest)).toBe(" three\n");
    });
  });

  it("ends at the separator that makes it shortest", () => {
    runVirtual(function* main() {
      const reader = fed("xABCx");
      expect(yield* text(reader.readUntil(["ABC", "AB"]))).toBe("xAB");
      const split = fed("AB");
      const read = createTask(split.readUntil(["BCD", "XY"]));
      yield* sleep(0);
      split.feedData(Buffer.from("CDXY"));
      expect(String(yield* read)).toBe("ABCD");
    });
  });

  it("raises what came before the end, and leaves nothing", () => {
    runVirtual(function* main() {
      const reader = fed("half a line");
      reader.feedEof();
      const error = yield* raisedBy(reader.readUntil("\n"));
      expect(error).toMatchObject({ code: "ERR_INCOMPLETE_READ", expected: null });
      expect(reader.atEof()).toBe(true);
    });
  });

  it("raises LimitOverrunError when too much stands before the separator, and leaves it there", () => {
    runVirtual(function* main() {
      for (const [input, consumed] of [
        ["0123456789\nrest", 10],
        ["0123456789", 10],
      ] as const) {
        const reader = fed(input, 3);
        for (let round = 0; round < 2; round++) {
          const error = yield* raisedBy(reader.readUntil("\n"));
          expect(error).toBeInstanceOf(LimitOverrunError);
          expect(error).toMatchObject({ consumed });
        }
        expect(yield* text(reader.read(100))).toBe(input);
      }
    });
  });

  it("begins anew when somebody else has taken bytes meanwhile", () => {
    runVirtual(function* main() {
      const reader = fed("aaaa");
      const read = createTask(reader.readUntil("|"));
      yield* sleep(0);
      reader.feedData(Buffer.from("b|"));
      expect(yield* text(reader.read(5))).toBe("aaaab");
      reader.feedData(Buffer.from("cc|"));
      expect(String(yield* read)).toBe("|");
      expect(yield* text(reader.readUntil("|"))).toBe("cc|");
    });
  });

  it("refuses no separator and an empty one", () => {
    const reader = new StreamReader();
    for (const separator of [[], "", ["a", ""], Buffer.alloc(0)]) {
      expect(() => reader.readUntil(separator)).toThrow(withCode("ERR_INVALID_ARG"));
    }
  });

  it("refuses a separator that is neither bytes nor text", () => {
    const reader = new StreamReader();
    for (const separator of [5, [13, 10], ["a", null]]) {
      expect(() => reader.readUntil(separator as never)).toThrow(withCode("ERR_INVALID_ARG"));
    }
  });
});

describe("StreamReader.readLine()", () => {
  it("gives lines, then the unfinished one, then nothing", () => {
    runVirtual(function* main() {
      const reader = fed("one\ntwo\nrest");
      reader.feedEof();
      const lines = [];
      for (let n = 0; n < 4; n++) lines.push(yield* text(reader.readLine()));
      expect(lines).toEqual(["one\n", "two\n", "rest", ""]);
    });
  });

  it("drops a line that is too long and goes on with the next", () => {
    runVirtual(function* main() {
      const reader = fed("much too long\nfine\n", 4);
      const error = yield* raisedBy(reader.readLine());
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toMatchObject({ code: "ERR_LIMIT_OVERRUN", cause: { consumed: 13 } });
      expect(yield* text(reader.readLine())).toBe("fine\n");
    });
  });

  it("drops everything when the end of the line that is too long has not come", () => {
    runVirtual(function* main() {
      const source = new Notes();
      const reader = new StreamReader(source, { limit: 4 });
      reader.feedData(Buffer.from("much too long"));
      expect(yield* raisedBy(reader.readLine())).toMatchObject({ code: "ERR_LIMIT_OVERRUN" });
      expect(source.list).toEqual(["pause", "resume"]);
      reader.feedData(Buffer.from("ok\n"));
      expect(yield* text(reader.readLine())).toBe("ok\n");
    });
  });

  it("is what asyncFor() iterates, up to the end", () => {
    runVirtual(function* main() {
      const reader = fed("one\ntwo\nthree");
      const lines: string[] = [];
      yield* asyncFor(reader, function* line(bytes) {
        lines.push(String(bytes));
        if (lines.length === 1) return BREAK;
      });
      reader.feedEof();
      yield* asyncFor(reader, function* line(bytes) {
        lines.push(String(bytes));
      });
      expect(lines).toEqual(["one\n", "two\n", "three"]);
    });
  });
});

describe("StreamReader flow control", () => {
  it("pauses the source above twice the limit and resumes it at the limit", () => {
    runVirtual(function* main() {
      const source = new Notes();
      const reader = new StreamReader(source, { limit: 4 });
      reader.feedData(Buffer.from("12345678"));
      expect(source.list).toEqual([]);
      reader.feedData(Buffer.from("9"));
      expect(source.list).toEqual(["pause"]);
      yield* reader.read(4);
      expect(source.list).toEqual(["pause"]);
      yield* reader.readExactly(1);
      expect(source.list).toEqual(["pause", "resume"]);
      reader.feedData(Buffer.from("12345"));
      expect(source.list).toEqual(["pause", "resume", "pause"]);
    });
  });

  it("refuses a limit that is no positive number", () => {
    for (const limit of [0, -1, Number.NaN, "64"]) {
      const make = () => new StreamReader(undefined, { limit: limit as number });
      expect(errorOf(make)).toMatchObject({ code: "ERR_INVALID_ARG" });
      expect(errorOf(make)).toBeInstanceOf(RangeError);
    }
  });
});

describe("StreamReader errors", () => {
  it("are raised before bytes that are left, and by a read that waits", () => {
    runVirtual(function* main() {
      const reader = fed("ab");
      const read = createTask(reader.readExactly(4));
      yield* sleep(0);
      const failure = new Error("broken");
      reader.setException(failure);
      expect(yield* raisedBy(read)).toBe(failure);
      expect(reader.exception()).toBe(failure);
      for (const again of [reader.read(1), reader.readLine(), reader.readExactly(1)]) {
        expect(yield* raisedBy(again)).toBe(failure);
      }
    });
  });

  it("are raised for a second reader, and leave the first undisturbed", () => {
    runVirtual(function* main() {
      const reader = new StreamReader();
      const first = createTask(reader.readLine());
      yield* sleep(0);
      const error = yield* raisedBy(reader.read(1));
      expect(error).toMatchObject({ code: "ERR_READER_BUSY" });
      expect(String(error)).toContain("read() called while another coroutine is already waiting");
      reader.feedData(Buffer.from("line\n"));
      expect(String(yield* first)).toBe("line\n");
    });
  });

  it("are raised for what is fed behind the end, and for what is no bytes", () => {
    const reader = new StreamReader();
    expect(() => reader.feedData("text" as unknown as Uint8Array)).toThrow(
      withCode("ERR_INVALID_ARG"),
    );
    reader.feedEof();
    expect(() => reader.feedData(Buffer.from("late"))).toThrow(withCode("ERR_INVALID_ARG"));
  });
});
