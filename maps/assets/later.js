// Work that may wait: done in slices while the page has nothing else to do, and at once when somebody
// needs what comes of it. A city's page can be used long before all of it is unpacked.

const IDLE_SLICE_MS = 8; // half a frame: a hand that drags the map meanwhile feels nothing
const LONGEST_WAIT_MS = 100;

/**
 * A value that is made when it is first asked for. `work` yields wherever it may be left for a while.
 * @template T
 */
export class Later {
  /** @param {() => Generator<void, T> | T} work */
  constructor(work) {
    this._work = work;
    /** @type {Generator<void, T> | null} */
    this._begun = null;
    this.done = false;
    /** @type {T | undefined} */
    this._made = undefined;
  }

  /** Go on to where the work may be left; return whether it is done. */
  step() {
    if (this.done) return true;
    const begun = this._begun || this._work();
    this._begun = null; // where it fails it begins again, and fails again, for whoever asks next
    const { done, value } = isWork(begun) ? begun.next() : { done: true, value: begun };
    if (done) this._made = /** @type {T} */ (value);
    else this._begun = /** @type {Generator<void, T>} */ (begun);
    this.done = Boolean(done);
    return this.done;
  }

  /** @returns {T} */
  get value() {
    while (!this.done) this.step();
    return /** @type {T} */ (this._made);
  }

  /** The same as a part of other work. @returns {Generator<void, T>} */
  *steps() {
    while (!this.step()) yield;
    return this.value;
  }
}

/**
 * @template T
 * @param {Generator<void, T> | T} begun
 * @returns {begun is Generator<void, T>}
 */
function isWork(begun) {
  return begun instanceof Object && "next" in begun;
}

/** @type {WeakMap<object, Map<string, Later<Record<string, unknown>>>>} */
const AWAITED = new WeakMap();

/**
 * Give an object properties that are made together when one of them is first read; `work` returns them by name, at once
 * where there is little of it.
 * @param {Record<string, any>} owner
 * @param {string[]} names
 * @param {() => Generator<void, Record<string, unknown>> | Record<string, unknown>} work
 */
export function defer(owner, names, work) {
  const later = new Later(work);
  const waiting = AWAITED.get(owner) || new Map();
  AWAITED.set(owner, waiting);
  for (const name of names) {
    waiting.set(name, later);
    /** @type {(value: unknown) => void} */
    const settle = (value) => {
      if (waiting.get(name) === later) waiting.delete(name);
      Object.defineProperty(owner, name, { configurable: true, enumerable: true, writable: true, value });
    };
    Object.defineProperty(owner, name, {
      configurable: true, enumerable: true, set: settle,
      get() {
        const value = later.value[name];
        settle(value);
        return value;
      },
    });
  }
}

/**
 * A property as it is now, as a part of other work, for whoever is about to put another in its place.
 * @param {Record<string, any>} owner
 * @param {string} name
 * @returns {() => Generator<void, any>}
 */
export function asItIs(owner, name) {
  const later = AWAITED.get(owner)?.get(name);
  const value = later ? undefined : owner[name];
  return function* () {
    return later ? (yield* later.steps())[name] : value;
  };
}

/**
 * What an object still waits for.
 * @param {object} owner
 */
export function waitingOf(owner) {
  return [...new Set(AWAITED.get(owner)?.values())];
}

/**
 * Do works one after the other in slices, whenever the page has nothing else to do, then call `then`; what is
 * returned calls it off.
 * @param {Iterable<{step(): boolean}>} works
 * @param {() => void} [then]
 */
export function soon(works, then = () => {}) {
  const left = works[Symbol.iterator]();
  let next = left.next();
  let off = false;
  const slice = () => {
    if (off) return;
    const until = performance.now() + IDLE_SLICE_MS;
    while (!next.done && performance.now() < until) {
      if (next.value.step()) next = left.next();
    }
    if (next.done) then();
    else wait(slice);
  };
  wait(slice);
  return () => {
    off = true;
  };
}

/** @param {() => void} go */
function wait(go) {
  if (typeof requestIdleCallback === "function") requestIdleCallback(go, { timeout: LONGEST_WAIT_MS });
  else setTimeout(go, 2 * IDLE_SLICE_MS);
}
