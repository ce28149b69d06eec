/** What a trace is written to: a writable stream of Node's is one. */
export interface TraceSink {
  /** Takes a piece of text; calls `done` when it has been dealt with. */
  write(text: string, done: (error?: Error | null) => void): unknown;
  /** Ends it; calls `done` when everything has been written. */
  end(done: (error?: Error | null) => void): unknown;
  /** Listens for failures. */
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
}
