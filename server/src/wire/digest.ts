/**
 * The digest of what a request says, less what changes on every attempt.
 *
 * Spec: docs/spec/wire.md §7. Taken over the segments and not over the JSON, so that a client that re-sends the same
 * words with `stream` off, another temperature, fresh ids or in another dialect meets the same sticky decision.
 */
import { hash } from 'node:crypto'
import { VOLATILE_FIELDS } from './field-tables.ts'
import type { Segment } from './request.ts'

/** Claude Code's first system block: an accounting line with a per-request checksum. */
const BILLING_PREFIX = 'x-anthropic-billing-header:'
const BILLING_TEXT_MAX = 512

/** SHA-256 (hex) over every segment's role, kind and length-prefixed text. */
export function contentDigest(segments: readonly Segment[]): string {
  const parts: string[] = ['sekisho/content/v1']
  for (const segment of segments) {
    if (isVolatile(segment)) continue
    const text = segment.sha256 ?? segment.text
    parts.push(segment.role, segment.kind, String(text.length), text)
  }
  return hash('sha256', parts.join('\0'), 'hex')
}

function isVolatile(segment: Segment): boolean {
  if (segment.kind === 'unlisted') return VOLATILE_FIELDS.has(segment.path.slice(1))
  return (
    segment.role === 'system' &&
    segment.text.length <= BILLING_TEXT_MAX &&
    segment.text.startsWith(BILLING_PREFIX)
  )
}
