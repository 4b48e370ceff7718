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
/** Held characters from which the text is looked at again only when it has grown by a part of itself. */
const PATIENT_FROM = 64
const GROWTH_SHARE = 8

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
  /** The text ended: looks at what was not looked at yet. */
  end(): SecretSpan | null
}

interface View {
  push(delta: string): { found: SecretSpan | null; end: number }
  openFrom(): number
  end(): SecretSpan | null
}

/** @param json whether the text is JSON in pieces (tool arguments) */
export function createChannel(scanner: SecretScanner, json: boolean): Channel {
  if (!json) return plainChannel(createView(scanner, null))
  const views = [createView(scanner, null), createView(scanner, createJsonUnescaper())]
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
    end: () => views.map((view) => view.end()).find((found) => found !== null) ?? null,
    cleared: (ends) => views.every((view, index) => (ends[index] ?? 0) <= view.openFrom()),
  }
}

/** Text has one view: nothing is gathered from several. */
function plainChannel(view: View): Channel {
  return {
    push(delta) {
      const { found, end } = view.push(delta)
      return { found, ends: [end] }
    },
    end: () => view.end(),
    cleared: (ends) => (ends[0] ?? 0) <= view.openFrom(),
  }
}

/**
 * INVARIANT: `tail` keeps everything from the earliest open trigger, and the overlap before it; never more.
 * INVARIANT: what was not looked at yet stands after `openFrom`, so it is held. Waiting for the held text to grow
 * keeps the work linear in it: a text that stays open for long is not read again for every character.
 */
function createView(scanner: SecretScanner, unescaper: ReturnType<typeof createJsonUnescaper> | null): View {
  let tail = ''
  let tailStart = 0
  let openFrom = 0
  let seen = 0
  const look = (): SecretSpan | null => {
    const { found, openFrom: open } = scanner.frontier(tail, tailStart === 0 ? 0 : CONTEXT_CHARS)
    openFrom = tailStart + open
    const span =
      found === null ? null : { ...found, start: found.start + tailStart, end: found.end + tailStart }
    const drop = Math.max(0, Math.min(open, tail.length - scanner.overlapChars) - CONTEXT_CHARS)
    tail = tail.slice(drop)
    tailStart += drop
    seen = tailStart + tail.length
    return span
  }
  return {
    openFrom: () => openFrom,
    push(delta) {
      tail += unescaper === null ? delta : unescaper.push(delta)
      const length = tailStart + tail.length
      const held = seen - openFrom
      const found = held > PATIENT_FROM && (length - seen) * GROWTH_SHARE < held ? null : look()
      return { found, end: length + (unescaper?.pending() === true ? 1 : 0) }
    },
    end: () => (seen < tailStart + tail.length ? look() : null) ?? scanner.spans(tail)[0] ?? null,
  }
}
