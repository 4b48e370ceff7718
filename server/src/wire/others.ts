/**
 * What an event says besides its named members: every other string in it, and every name of a member.
 *
 * Spec: docs/spec/wire.md §10. Threat: a reader that looks at named members only lets a secret leave in any other.
 * So the whole value is walked; what was read already (here, or as a delta) is passed over.
 */
import {
  MESSAGES_EVENTS,
  MESSAGES_OUTPUT_BLOCKS,
  RESPONSES_EVENTS,
  RESPONSES_OUTPUT_ITEMS,
} from './event-tables.ts'
import type { JsonValue, StreamPart } from './request.ts'

/** Shorter strings hold no secret: canaries and formats are longer. */
const CHARS_MIN = 8
/** Strings and names walked in one event at most. */
const STRINGS_MAX = 200_000
/** Short strings remembered as read, and how short. */
const REMEMBERED_MAX = 512
const REMEMBERED_CHARS_MAX = 80

const NAMES: ReadonlySet<string> = new Set([
  ...RESPONSES_EVENTS.keys(),
  ...MESSAGES_EVENTS.keys(),
  ...RESPONSES_OUTPUT_ITEMS,
  ...MESSAGES_OUTPUT_BLOCKS,
])

/** One per stream. */
export class OtherTexts {
  private readonly known = new Set<string>()
  private found = ''
  private count = 0
  private said: { has(text: string): boolean } = NOTHING_SAID

  /**
   * @param asides what stood beside the data: comments, ids, the event's name
   * @param parts what the named members said; the rest is added to it
   */
  read(asides: string, value: JsonValue, parts: StreamPart[], repeats: (text: string) => boolean): void {
    this.found = ''
    this.count = 0
    this.said = saidIn(parts)
    if (asides !== '') this.text(asides, repeats)
    this.walk(value, repeats)
    if (this.count > STRINGS_MAX) parts.push({ type: 'unknown', name: 'too_many_strings' })
    if (this.found !== '') parts.unshift({ type: 'delta', channel: 'other', key: 'event', text: this.found })
  }

  private text(text: string, repeats: (text: string) => boolean): void {
    this.count++
    if (text.length < CHARS_MIN || NAMES.has(text) || this.known.has(text)) return
    if (this.said.has(text) || repeats(text)) return
    if (text.length <= REMEMBERED_CHARS_MAX && this.known.size < REMEMBERED_MAX) this.known.add(text)
    this.found += `${text}\n`
  }

  private walk(value: JsonValue, repeats: (text: string) => boolean): void {
    if (typeof value === 'string') this.text(value, repeats)
    else if (Array.isArray(value)) this.list(value, repeats)
    else if (value !== null && typeof value === 'object') {
      for (const key in value) {
        if (key.length >= CHARS_MIN) this.text(key, repeats)
        const member = value[key]
        if (member !== undefined && this.count <= STRINGS_MAX) this.walk(member, repeats)
      }
    }
  }

  /** Each element, and what the elements say one after the other: tokens of `logprobs`, words of a command. */
  private list(list: readonly JsonValue[], repeats: (text: string) => boolean): void {
    if (list.length === 1) {
      const [only] = list
      if (only !== undefined) this.walk(only, repeats)
      return
    }
    const joined = new Map<string, string>()
    for (const each of list) {
      if (this.count > STRINGS_MAX) return
      this.walk(each, repeats)
      if (typeof each === 'string') joined.set('', (joined.get('') ?? '') + each)
      else if (each !== null && typeof each === 'object' && !Array.isArray(each)) {
        for (const [key, inner] of Object.entries(each)) {
          if (typeof inner === 'string') joined.set(key, (joined.get(key) ?? '') + inner)
        }
      }
    }
    for (const text of joined.values()) this.text(text, repeats)
  }
}

const NOTHING_SAID: ReadonlySet<string> = new Set()

/** HOSTILE: an answer of many parts is looked up in a set; one text, as most events have, is compared. */
function saidIn(parts: readonly StreamPart[]): { has(text: string): boolean } {
  let only: string | null = null
  let many: Set<string> | null = null
  for (const part of parts) {
    if (part.type !== 'delta') continue
    if (only === null) only = part.text
    else many = (many ?? new Set([only])).add(part.text)
  }
  if (many !== null) return many
  return only === null ? NOTHING_SAID : { has: (text) => text === only }
}
