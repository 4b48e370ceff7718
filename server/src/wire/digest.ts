/**
 * The digest of what a request says, less what changes on every attempt.
 *
 * Spec: docs/spec/wire.md §7. Taken over the segments and not over the JSON, so that a client that re-sends the same
 * words with `stream` off, another temperature, fresh ids or in another dialect meets the same sticky decision.
 */
import { hash } from 'node:crypto'
import { VOLATILE_FIELDS } from './field-tables.ts'
import type { JsonValue, Segment } from './request.ts'

/** Claude Code's first system block: an accounting line with a per-request checksum, and nothing else. */
const BILLING_LINE = /^x-anthropic-billing-header:(?: ?[a-z_]{1,32}=[A-Za-z0-9_.:-]{1,64};){1,12}\s*$/
/** What a volatile field may hold to stay out of the digest. */
const VOLATILE_VALUE = /^[A-Za-z0-9_.:-]{1,128}$/

/** SHA-256 (hex) over every run of segments' role, kind and length-prefixed text. */
export function contentDigest(segments: readonly Segment[]): string {
  const parts: string[] = ['sekisho/content/v2']
  let open = ''
  let text = ''
  const close = (): void => {
    const plain = plainText(text)
    if (open !== '' && plain !== '') parts.push(open, String(plain.length), plain)
    text = ''
  }
  for (const segment of segments) {
    if (isVolatile(segment)) continue
    const run = `${segment.role}\0${segment.kind}`
    if (run !== open || segment.sha256 !== undefined) close()
    open = run
    text += `\n${segment.sha256 ?? withSortedKeys(segment)}`
  }
  close()
  return hash('sha256', parts.join('\0'), 'hex')
}

/** For comparison only: one spelling of what reads the same. */
function plainText(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/(?:\p{Cf}|\p{Variation_Selector}|\u115f|\u1160|\u3164)+/gu, '')
    .replace(/\s+/gu, '')
}

/** Schemas stand in declarations as JSON on lines of their own: their members have no order. */
function withSortedKeys({ kind, text }: Segment): string {
  if (kind !== 'tool_declaration' || !text.includes('{')) return text
  return text
    .split('\n')
    .map((line) => (line.startsWith('{') ? sortedJson(line) : line))
    .join('\n')
}

function sortedJson(line: string): string {
  try {
    return JSON.stringify(sorted(JSON.parse(line) as JsonValue))
  } catch {
    return line
  }
}

function sorted(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key] as JsonValue)]),
  )
}

function isVolatile(segment: Segment): boolean {
  if (segment.kind === 'unlisted')
    return VOLATILE_FIELDS.has(segment.path.slice(1)) && VOLATILE_VALUE.test(segment.text)
  return segment.role === 'system' && segment.text.length <= 512 && BILLING_LINE.test(segment.text)
}
