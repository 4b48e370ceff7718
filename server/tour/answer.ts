/**
 * What came back from the gateway, the same for all three dialects.
 */

export interface Refusal {
  readonly status: number | null
  /** `agreement_denied`, `approval_required`, `gateway_redecided`, … (docs/spec/problem.md). */
  readonly code: string
  readonly message: string
  readonly verdict: string | null
  readonly clauses: readonly string[]
  readonly nearest: string | null
  readonly remedy: string | null
}

export interface Answer {
  /** `cut`: the answer had begun and was ended with the dialect's own failure. */
  readonly verdict: 'allow' | 'hold' | 'deny' | 'cut' | 'error'
  readonly text: string
  readonly refusal: Refusal | null
  readonly decision: string | null
  readonly receipt: string | null
  /** Requests the client library sent for this one call. */
  readonly attempts: number
}

/** Reads a refusal out of an `error` member of any dialect; our own members stand beneath `sekisho`. */
export function readRefusal(error: unknown, status: number | null, fallback: string): Refusal {
  const body = member(error, 'error') ?? error
  const own = member(body, 'sekisho')
  const clauses = member(own, 'clauses')
  return {
    status,
    code: text(member(own, 'code')) ?? text(member(body, 'code')) ?? text(member(body, 'type')) ?? 'none',
    message: text(member(body, 'message')) ?? fallback,
    verdict: text(member(own, 'verdict')),
    clauses: Array.isArray(clauses) ? clauses.map(String) : [],
    nearest: text(member(own, 'nearest')),
    remedy: text(member(own, 'remedy')),
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
