/**
 * One growing text of a stream (a message, a reasoning summary, a tool call's arguments), cleared piece by piece.
 *
 * Tool arguments are JSON in pieces: they are scanned as they stand and once more with their escapes resolved,
 * so that `\u0041` hides nothing. Spec: docs/spec/leakage.md §3.
 */
import type { SecretScanner, SecretSpan } from '../boundary/index.ts'
import { createJsonUnescaper } from './json-unescape.ts'

/** Characters before a trigger that decide whether a secret may begin there. */
const CONTEXT_CHARS = 2

/** What one delta changed. */
export interface ChannelStep {
  readonly found: SecretSpan | null
  /** Position of the delta's end in each view of the channel. */
  readonly ends: readonly number[]
}

export interface Channel {
  push(delta: string): ChannelStep
  /** Whether everything up to `ends` is cleared. */
  cleared(ends: readonly number[]): boolean
}

interface View {
  push(delta: string): { found: SecretSpan | null; end: number }
  openFrom(): number
}

/** @param json whether the text is JSON in pieces (tool arguments) */
export function createChannel(scanner: SecretScanner, json: boolean): Channel {
  const views = json
    ? [createView(scanner, null), createView(scanner, createJsonUnescaper())]
    : [createView(scanner, null)]
  return {
    push(delta) {
      let found: SecretSpan | null = null
      const ends = views.map((view) => {
        const step = view.push(delta)
        found ??= step.found
        return step.end
      })
      return { found, ends }
    },
    cleared: (ends) => views.every((view, index) => (ends[index] ?? 0) <= view.openFrom()),
  }
}

/** INVARIANT: `tail` keeps everything from the earliest open trigger, and the overlap before it; never more. */
function createView(scanner: SecretScanner, unescaper: ReturnType<typeof createJsonUnescaper> | null): View {
  let tail = ''
  let tailStart = 0
  let openFrom = 0
  return {
    openFrom: () => openFrom,
    push(delta) {
      const text = unescaper === null ? delta : unescaper.push(delta)
      tail += text
      const { found, openFrom: open } = scanner.frontier(tail, tailStart === 0 ? 0 : CONTEXT_CHARS)
      openFrom = tailStart + open
      const end = tailStart + tail.length + (unescaper?.pending() === true ? 1 : 0)
      const span =
        found === null ? null : { ...found, start: found.start + tailStart, end: found.end + tailStart }
      const drop = Math.max(0, Math.min(open, tail.length - scanner.overlapChars) - CONTEXT_CHARS)
      tail = tail.slice(drop)
      tailStart += drop
      return { found: span, end }
    },
  }
}
