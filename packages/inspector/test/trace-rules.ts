/**
 * The rules by which Perfetto and DevTools read a trace-event file, which they do not report when they are broken: what
 * breaks one is dropped or drawn elsewhere.
 */

/** An event of a trace file. */
export interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid?: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly s?: string;
  readonly bind_id?: string;
  readonly flow_out?: boolean;
  readonly flow_in?: boolean;
  readonly args?: Record<string, unknown>;
}

interface Slice extends TraceEvent {
  readonly ts: number;
  readonly dur: number;
}

/** What is wrong with the events, as lines of text. */
export function faultsOf(events: readonly TraceEvent[]): string[] {
  return [...faultsOfFields(events), ...faultsOfNesting(events), ...faultsOfArrows(events)];
}

/** The slices of a track, in the order of the file. */
export function slicesOf(events: readonly TraceEvent[], tid: number): Slice[] {
  return events.filter((event): event is Slice => event.ph === "X" && event.tid === tid);
}

function* faultsOfFields(events: readonly TraceEvent[]): Generator<string, void, void> {
  const named = new Set<number>();
  for (const event of events) {
    const text = JSON.stringify(event);
    if (!isUint32(event.pid)) yield `no pid: ${text}`;
    if (typeof event.name !== "string") yield `no name: ${text}`;
    if (event.ph === "M") {
      if (event.name === "thread_name") {
        if (named.has(event.tid ?? -1)) yield `named twice: ${text}`;
        named.add(event.tid ?? -1);
      }
      continue;
    }
    if (!["X", "i"].includes(event.ph)) yield `unknown phase: ${text}`;
    if (!isUint32(event.tid)) yield `no tid: ${text}`;
    if (!named.has(event.tid ?? -1)) yield `on a track without a name: ${text}`;
    if (!isTime(event.ts)) yield `no time: ${text}`;
    if (event.ph === "X" && !isTime(event.dur)) yield `no duration: ${text}`;
    if (event.ph === "i" && event.s !== "t") yield `no scope: ${text}`;
  }
}

/** Slices of one track lie beside or within each other; compared as the doubles that a reader computes. */
function* faultsOfNesting(events: readonly TraceEvent[]): Generator<string, void, void> {
  for (const tid of new Set(events.map((event) => event.tid ?? 0))) {
    const slices = slicesOf(events, tid).sort((a, b) => a.ts - b.ts || b.dur - a.dur);
    const open: Slice[] = [];
    for (const slice of slices) {
      while (open.length > 0 && endOf(open.at(-1) as Slice) <= slice.ts) open.pop();
      const outer = open.at(-1);
      if (outer !== undefined && endOf(slice) > endOf(outer)) {
        yield `track ${tid}: ${JSON.stringify(slice)} overlaps ${JSON.stringify(outer)}`;
      }
      open.push(slice);
    }
  }
}

/** An arrow has one source and one target, in this order in the file and in time. */
function* faultsOfArrows(events: readonly TraceEvent[]): Generator<string, void, void> {
  const sources = new Map<string, TraceEvent>();
  const targets = new Set<string>();
  for (const event of events) {
    const id = event.bind_id;
    if (id === undefined) continue;
    const text = JSON.stringify(event);
    if (event.ph !== "X") yield `arrow on no slice: ${text}`;
    if (event.flow_out === true) {
      if (sources.has(id)) yield `second source: ${text}`;
      sources.set(id, event);
    }
    if (event.flow_in === true) {
      const source = sources.get(id);
      if (source === undefined) yield `target without a source: ${text}`;
      else if ((source.ts ?? 0) > (event.ts ?? 0)) yield `arrow back in time: ${text}`;
      if (targets.has(id)) yield `second target: ${text}`;
      targets.add(id);
    }
  }
  for (const id of sources.keys()) if (!targets.has(id)) yield `source without a target: ${id}`;
}

function endOf({ ts, dur }: Slice): number {
  return ts + dur;
}

function isUint32(value: number | undefined): boolean {
  return Number.isInteger(value) && (value ?? -1) >= 0 && (value ?? 0) < 2 ** 32;
}

function isTime(value: number | undefined): boolean {
  return Number.isFinite(value) && (value ?? -1) >= 0;
}
