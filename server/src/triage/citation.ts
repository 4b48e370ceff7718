/**
 * Citations of events, and their check against the sealed input.
 *
 * Whoever made a finding, a rule or a model: every event it cites has to stand in the input with those bytes, and the rule
 * it names has to fire on it. Otherwise the finding is rejected.
 */
import { createHash } from 'node:crypto'
import type { LogSource, SigmaRule } from '../sigma/index.ts'
import { compileRules } from '../sigma/index.ts'
import { TriageError } from './error.ts'
import { eventOf, type TriageEvent } from './event.ts'

export interface Citation {
  /** Position of the record in the input, from 1. */
  readonly number: number
  readonly offset: number
  readonly bytes: number
  /** SHA-256 of those bytes, hex. */
  readonly sha256: string
}

export function cite(event: Pick<TriageEvent, 'number' | 'offset' | 'bytes'>, input: Buffer): Citation {
  const { number, offset, bytes } = event
  return { number, offset, bytes, sha256: sha256(input.subarray(offset, offset + bytes)) }
}

export interface CitedFinding {
  /** SHA-256 of the whole input, hex. */
  readonly inputSha256: string
  readonly detections: readonly { readonly rule: string; readonly event: Citation }[]
}

/**
 * @throws {TriageError} `triage_citation_unknown` outside the input, or another input; `triage_citation_altered` other
 *   bytes stand there; `triage_citation_unfounded` the rule named is not among `rules` or does not fire on it
 */
export function checkCitations(
  finding: CitedFinding,
  input: Buffer,
  rules: readonly SigmaRule[],
  given: LogSource,
): void {
  const found = sha256(input)
  if (found !== finding.inputSha256) {
    throw new TriageError(
      'triage_citation_unknown',
      `finding is about input \`${finding.inputSha256.slice(0, 64)}\`, this is \`${found}\``,
    )
  }
  const named = new Set(finding.detections.map(({ rule }) => rule))
  const byId = new Map(rules.filter(({ id }) => named.has(id)).map((rule) => [rule.id, compileRules([rule])]))
  for (const { rule, event } of finding.detections) {
    const text = citedText(event, input)
    const fires =
      byId.get(rule)?.match(eventOf({ ...event, value: recordValue(text) }, given, 0)).length === 1
    if (!fires) {
      throw new TriageError(
        'triage_citation_unfounded',
        `rule \`${rule.slice(0, 64)}\` does not fire on record ${event.number}`,
      )
    }
  }
}

function citedText(event: Citation, input: Buffer): string {
  const { number, offset, bytes } = event
  const within =
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(bytes) &&
    offset >= 0 &&
    bytes > 0 &&
    offset + bytes <= input.length
  if (!within)
    throw new TriageError('triage_citation_unknown', `record ${number} at ${offset} is not in the input`)
  const slice = input.subarray(offset, offset + bytes)
  const digest = sha256(slice)
  if (digest !== event.sha256) {
    throw new TriageError(
      'triage_citation_altered',
      `record ${number} at ${offset} is \`${digest}\`, cited as \`${event.sha256.slice(0, 64)}\``,
    )
  }
  return slice.toString('utf8')
}

function recordValue(text: string): Readonly<Record<string, unknown>> | string {
  if (!text.startsWith('{')) return text
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return text
  }
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
