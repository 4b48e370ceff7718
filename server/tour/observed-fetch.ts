/**
 * A `fetch` for the real client libraries that counts what they send and keeps the last answer's head.
 *
 * Clients send again after some refusals (docs/spec/problem.md §4): how often they tried is a result.
 */

export interface ObservedFetch {
  readonly fetch: typeof globalThis.fetch
  /** Requests sent since the last `reset`. */
  attempts(): number
  /** Header of the last answer, or null. */
  header(name: string): string | null
  status(): number | null
  reset(): void
}

export function observeFetch(): ObservedFetch {
  let attempts = 0
  let last: Response | null = null
  return {
    async fetch(input, init) {
      attempts += 1
      const response = await globalThis.fetch(input, init)
      last = response
      return response
    },
    attempts: () => attempts,
    header: (name) => last?.headers.get(name) ?? null,
    status: () => last?.status ?? null,
    reset() {
      attempts = 0
      last = null
    },
  }
}
