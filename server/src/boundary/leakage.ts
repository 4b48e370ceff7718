/** Secrets and Japanese personal data in a text. Spec: docs/spec/leakage.md. */
export type LeakageType = string

export interface LeakageSpan {
  readonly type: LeakageType
  /** UTF-16 code units. */
  readonly start: number
  readonly end: number
}

export function leakageSpans(_text: string): LeakageSpan[] {
  return []
}
