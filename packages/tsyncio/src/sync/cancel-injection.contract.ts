/**
 * Cancels each task of a scenario in each turn of it, and lets the scenario check what must hold however it went: a
 * primitive that loses a permit, an item or a wake-up when somebody is cancelled in the wrong turn is found here.
 */
import { type Coroutine, createTask, gather, sleep, type Task } from "../index.js";
import { runVirtual } from "../testing.js";

/** What happens around one primitive, made anew for each run. */
export interface Scenario {
  /** One function for each task; all must come to an end whoever is cancelled. */
  readonly workers: readonly (() => Coroutine<unknown>)[];
  /** Runs beside them, is never a victim, and is ended when they have. */
  readonly helper?: () => Coroutine<unknown>;
  /** Asserts the invariants when all tasks have ended, and may use the primitive for it. */
  check(): Coroutine<void>;
}

/** How often each victim is cancelled, in turns that follow each other. */
const CANCELS = [1, 2, 3];
/** No scenario is that long: one that is has stopped making progress. */
const MOST_TURNS = 200;

/**
 * Runs the scenario once for each turn, victim, number of cancels and place of the canceller in the turn; returns the
 * number of runs. A task that fails with anything but its cancellation fails the test, one that never ends is a
 * deadlock error.
 */
export function cancelAtEveryTurn(make: () => Scenario): number {
  let runs = 0;
  for (const cancels of CANCELS) {
    for (const first of [true, false]) {
      for (let victim = 0; victim < make().workers.length; victim++) {
        let turn = 0;
        while (runVirtual(inject(make(), { victim, turn, cancels, first }))) {
          runs++;
          if (++turn > MOST_TURNS) throw new Error(`still running in turn ${turn}`);
        }
      }
    }
  }
  return runs;
}

interface Injection {
  readonly victim: number;
  readonly turn: number;
  readonly cancels: number;
  /** The canceller runs before the others in a turn, or after them. */
  readonly first: boolean;
}

/** Gives false when the scenario was over before the turn. */
function* inject(
  scenario: Scenario,
  { victim, turn, cancels, first }: Injection,
): Coroutine<boolean> {
  const tasks: Task<unknown>[] = [];
  let arrived = false;
  function* cancelVictim(): Coroutine<void> {
    for (let i = 0; i < turn; i++) yield* sleep(0);
    arrived = !tasks.every((task) => task.done());
    for (let i = 0; i < cancels; i++) {
      tasks[victim]?.cancel(i);
      yield* sleep(0);
    }
  }
  const canceller = first ? createTask(cancelVictim()) : undefined;
  tasks.push(...scenario.workers.map((worker) => createTask(worker())));
  const helper = scenario.helper === undefined ? undefined : createTask(scenario.helper());
  yield* canceller ?? createTask(cancelVictim());
  const outcomes = yield* gather(tasks, { returnExceptions: true });
  for (const [index, task] of tasks.entries()) {
    if (!task.cancelled() && outcomes[index] instanceof Error) throw outcomes[index];
  }
  helper?.cancel();
  yield* gather(helper === undefined ? [] : [helper], { returnExceptions: true });
  yield* scenario.check();
  return arrived;
}
