/** Scans whole texts and whole responses. Spec: docs/spec/leakage.md. */
import type { StreamPart } from '../wire/index.ts'
import type { Finding } from './finding.ts'
import type { GuardOptions } from './stream-guard.ts'

export function scanText(_text: string, _options: GuardOptions = {}): Finding[] {
  return []
}

export function scanParts(_parts: readonly StreamPart[], _options: GuardOptions = {}): Finding[] {
  return []
}
