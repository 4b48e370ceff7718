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

/** Members whose values are joined over a stream, repetitions of a first value, and a value that may be an id. */
const MEMBERS_MAX = 128
const REPEATS_MAX = 64
const PIECE_CHARS_MAX = 39

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
  /** What each member said first and how often; 0 times once it said something else. */
  private readonly members = new Map<string, { readonly first: string; times: number }>()
  private parts: StreamPart[] = []

  /**
   * @param asides what stood beside the data: comments, ids, the event's name
   * @param parts what the named members said; the rest is added to it
   */
  read(asides: string, value: JsonValue, parts: StreamPart[], repeats: (text: string) => boolean): void {
    this.found = ''
    this.count = 0
    this.said = saidIn(parts)
    this.parts = parts
    if (asides !== '') this.text(asides, repeats)
    this.walk(value, repeats, '')
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

  /**
   * HOSTILE: a text cut over events in a member that nobody named. A member that always says the same is none; from
   * its first other value on, each value continues its member's text, the repeated first ones included.
   */
  private piece(name: string, text: string): void {
    if (text === '' || NAMES.has(text) || this.said.has(text)) return
    // Long values that come again are ids: what they hold was read alone.
    if (text.length > PIECE_CHARS_MAX && this.known.has(text)) return
    const key = this.members.has(name) || this.members.size < MEMBERS_MAX ? name : 'rest'
    const member = this.members.get(key)
    if (member === undefined) this.members.set(key, { first: text, times: 1 })
    else if (member.times > 0 && member.first === text) member.times++
    else {
      const before = member.times === 0 ? '' : member.first.repeat(Math.min(member.times, REPEATS_MAX))
      member.times = 0
      this.parts.push({ type: 'delta', channel: 'other', key: `member ${key}`, text: before + text })
    }
  }

  private walk(value: JsonValue, repeats: (text: string) => boolean, name: string): void {
    if (typeof value === 'string') {
      this.piece(name, value)
      this.text(value, repeats)
    } else if (Array.isArray(value)) this.list(value, repeats, name)
    else if (value !== null && typeof value === 'object') {
      for (const key in value) {
        if (key.length >= CHARS_MIN) this.text(key, repeats)
        const member = value[key]
        if (member !== undefined && this.count <= STRINGS_MAX) this.walk(member, repeats, key)
      }
    }
  }

  /** Each element, and what the elements say one after the other: tokens of `logprobs`, words of a command. */
  private list(list: readonly JsonValue[], repeats: (text: string) => boolean, name: string): void {
    if (list.length === 1) {
      const [only] = list
      if (only !== undefined) this.walk(only, repeats, name)
      return
    }
    const joined = new Map<string, string>()
    for (const each of list) {
      if (this.count > STRINGS_MAX) return
      this.walk(each, repeats, name)
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
