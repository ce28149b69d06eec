/**
 * Code that is written into the files that use it.
 */

/** Names in the text of a delegation. */
interface DelegationNames {
  readonly delegate: string;
  readonly delegating: string;
  readonly asyncIterator: string;
  readonly at: string;
  readonly emit: string;
}

/**
 * `yield*` of an async generator. The inner iterator's `return()` is awaited; when it has ended, the generator must
 * return too, which the language grants only to who calls `return()` on it: `delegating` does that when it finds the mark.
 */
export function delegationText(names: DelegationNames): string {
  const { delegate, delegating, asyncIterator, at, emit } = names;
  return `function ${delegate}(site, iterable) {
  const inner = ${asyncIterator}(iterable);
  let isOut = true;
  let isEnding = false;
  function wait(step, ends) {
    isOut = false;
    isEnding = ends;
    return { done: false, value: ${at}(site, step) };
  }
  return {
    [Symbol.iterator]() {
      return this;
    },
    next(value) {
      if (isOut) return wait(inner.next(value), false);
      isOut = true;
      if (Object(value) !== value) throw new TypeError("Cannot delegate: the iterator gave no result object");
      if (!value.done) return { done: false, value: ${emit}(value.value) };
      if (!isEnding) return { done: true, value: value.value };
      return { done: false, value: { [${delegating}.mark]: true, value: value.value } };
    },
    throw(error) {
      if (!isOut) throw error;
      if (inner.throw) return wait(inner.throw(error), false);
      throw new TypeError("Cannot delegate an error: the iterator has no throw()");
    },
    return(value) {
      if (isOut && !isEnding && inner.return) return wait(inner.return(value), true);
      return { done: true, value };
    },
  };
}
function ${delegating}(body) {
  return function () {
    const generator = body.apply(this, arguments);
    function settle(step) {
      while (!step.done && step.value?.[${delegating}.mark]) step = generator.return(step.value.value);
      return step;
    }
    return {
      [Symbol.iterator]() {
        return this;
      },
      next: (value) => settle(generator.next(value)),
      throw: (error) => settle(generator.throw(error)),
      return: (value) => settle(generator.return(value)),
    };
  };
}
${delegating}.mark = Symbol("return");`;
}

/** The resources of a block with `await using`, closed in reverse order by the function that runs the block. */
export function disposablesText(name: string, at: string): string {
  return `function ${name}() {
  const resources = [];
  let failed = false;
  let failure;
  function fail(error) {
    if (!failed) failure = error;
    else if (typeof SuppressedError === "function") failure = new SuppressedError(error, failure);
    else {
      const suppressed = failure;
      failure = new Error("An error was suppressed during disposal");
      Object.assign(failure, { name: "SuppressedError", error, suppressed });
    }
    failed = true;
  }
  return {
    fail,
    use(value, isSync) {
      if (value === null || value === undefined) {
        if (!isSync) resources.push({ isSync });
        return value;
      }
      let dispose;
      if (!isSync) dispose = value[Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")];
      const isPlain = dispose === undefined || dispose === null;
      if (isPlain) dispose = value[Symbol.dispose ?? Symbol.for("Symbol.dispose")];
      if (typeof dispose !== "function") throw new TypeError("Cannot use: the value has no method to dispose of it");
      resources.push({ value, dispose, isSync, isPlain });
      return value;
    },
    *dispose(site) {
      while (resources.length > 0) {
        const { value, dispose, isSync, isPlain } = resources.pop();
        try {
          const result = dispose?.call(value);
          if (!isSync) yield ${at}(site, isPlain ? undefined : result);
        } catch (error) {
          fail(error);
        }
      }
      if (failed) throw failure;
    },
  };
}`;
}
