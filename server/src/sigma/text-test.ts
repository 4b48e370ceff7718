/**
 * Texts with wildcards, dashes and encodings as elementary tests.
 *
 * Spec: Sigma Rules Specification 2.1, Wildcards and Escaping; Sigma Modifiers Appendix 2.1.
 */
import { SigmaError } from './error.ts'
import type { GlobPart, Test } from './expression.ts'

/** LIMIT: 5^n spellings for n dashes. */
const DASHES_MAX = 3
const DASHES = ['-', '/', '–', '—', '―']

export type Placing = 'equals' | 'contains' | 'startswith' | 'endswith'
export type Encoding = 'utf8' | 'utf16le' | 'utf16be' | 'utf16'

export interface TextModifiers {
  readonly placing: Placing
  readonly cased: boolean
  readonly windash: boolean
  readonly encoding: Encoding
  readonly base64: 'plain' | 'offset' | null
}

/** The tests of which any stands for the value. */
export function textTests(text: string, m: TextModifiers): Test[] {
  if (m.base64 !== null) {
    return encoded(plainText(text), m).map((t) => ({ kind: m.placing, text: t, cased: true }))
  }
  const spellings = m.windash ? dashed(text) : [text]
  return spellings.map((spelling) => textTest(spelling, m))
}

export function misused(what: string): SigmaError {
  return new SigmaError('sigma_modifier_misused', `modifiers do not go together: ${what}`)
}

/** `*` and `?` match, a backslash before them or before a backslash takes that away. */
function globParts(text: string): GlobPart[] {
  const parts: GlobPart[] = []
  let literal = ''
  const flush = () => {
    if (literal !== '') parts.push({ text: literal })
    literal = ''
  }
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i]
    const next = text[i + 1]
    if (char === '\\' && (next === '*' || next === '?' || next === '\\')) {
      literal += next
      i += 1
    } else if (char === '*' || char === '?') {
      flush()
      if (char === '?') parts.push('one')
      else if (parts.at(-1) !== 'any') parts.push('any')
    } else literal += char
  }
  flush()
  return parts
}

function plainText(text: string): string {
  const parts = globParts(text)
  const only = parts[0]
  if (parts.length !== 1 || typeof only !== 'object') throw misused('wildcards cannot be encoded')
  return only.text
}

/** The cheapest test that says the same: most wildcards stand at an end. */
function textTest(value: string, m: TextModifiers): Test {
  const { cased, placing } = m
  const folded = cased ? value : value.toLowerCase()
  const parts = globParts(folded)
  if (placing === 'contains' || placing === 'endswith') parts.unshift('any')
  if (placing === 'contains' || placing === 'startswith') parts.push('any')
  const shape = parts.filter((part, i) => part !== 'any' || parts[i - 1] !== 'any')
  const texts = shape.filter((part) => typeof part === 'object')
  const first = shape[0]
  const last = shape.at(-1)
  if (texts.length === 1 && texts[0] !== undefined && !shape.includes('one')) {
    const kind =
      first === 'any' ? (last === 'any' ? 'contains' : 'endswith') : last === 'any' ? 'startswith' : 'equals'
    return { kind, text: texts[0].text, cased }
  }
  if (shape.length === 1 && first === 'any') return { kind: 'exists', wanted: true }
  if (shape.length === 0) return { kind: 'null' }
  return { kind: 'glob', parts: shape, cased }
}

/** Every spelling of the dashes that stand before a word and after none. */
function dashed(text: string): string[] {
  const places = [...text.matchAll(/\B[-/]\b/g)].map((match) => match.index)
  if (places.length > DASHES_MAX)
    throw misused(`\`windash\` with ${places.length} dashes, limit is ${DASHES_MAX}`)
  return places.reduce<string[]>(
    (spellings, place) =>
      spellings.flatMap((s) => DASHES.map((dash) => s.slice(0, place) + dash + s.slice(place + 1))),
    [text],
  )
}

/** A text may begin at any of three places of a base64 group; what its neighbours determine is cut off. */
function encoded(text: string, m: TextModifiers): string[] {
  return byteForms(text, m.encoding).flatMap((bytes) => {
    if (m.base64 === 'plain') return [bytes.toString('base64')]
    return [0, 1, 2].map((offset) => {
      const padded = Buffer.concat([Buffer.alloc(offset, ' '), bytes])
      const start = [0, 2, 3][offset]
      const cut = [0, 3, 2][padded.length % 3] ?? 0
      const whole = padded.toString('base64')
      return whole.slice(start, whole.length - cut)
    })
  })
}

function byteForms(text: string, encoding: Encoding): Buffer[] {
  const little = Buffer.from(text, 'utf16le')
  if (encoding === 'utf8') return [Buffer.from(text)]
  if (encoding === 'utf16le') return [little]
  const big = Buffer.from(little).swap16()
  return encoding === 'utf16be' ? [big] : [Buffer.concat([Buffer.from([0xff, 0xfe]), little])]
}
