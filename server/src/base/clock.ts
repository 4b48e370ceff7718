/**
 * Time as an argument: deciders take a `Clock`, tests hand in a fake one.
 *
 * Wall time answers "when was this", monotonic time answers "how long did it take";
 * leases and timeouts use the latter, because an operator may set the wall clock back.
 */

/** Time as an argument: wall-clock milliseconds since 1970, and a monotonic clock for durations. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z, an integer. May go back. */
  nowMs(): number
  /** Milliseconds since some fixed moment, with fractions. Never goes back. */
  monotonicMs(): number
}

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}

/** A clock that tests move by hand. */
export interface FakeClock extends Clock {
  /** Moves wall and monotonic time forward together. */
  advance(ms: number): void
  /** Sets wall time alone, as an operator or NTP would; monotonic time stays. */
  setWall(ms: number): void
}

/** A clock that stands still until it is moved. */
export function createFakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  let wallMs = startMs
  let elapsedMs = 0
  return {
    nowMs: () => wallMs,
    monotonicMs: () => elapsedMs,
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`a clock advances by zero or more milliseconds, not ${ms}`)
      wallMs += ms
      elapsedMs += ms
    },
    setWall(ms) {
      wallMs = ms
    },
  }
}
