/**
 * Reversible tokens: what a secret becomes before the provider sees it, and becomes again on the way back.
 *
 * Spec: docs/spec/leakage.md §4. A token is a keyed digest of the value, so the same value is the same token in every
 * turn of a session and nothing is stored: the mapping is made anew from each request, lives as long as the exchange, and
 * is never logged. Without the server's key a token says nothing of its value, also of one that could be guessed.
 */
import { createHmac } from 'node:crypto'
import { LEAKAGE_TYPES, type LeakageType } from '../boundary/index.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** Characters of the digest: 65 bits. */
const DIGEST_CHARS = 13
/** Every token, wherever it stands. HOSTILE: an answer may be one prefix after the other, so nothing here may run on. */
const TOKEN = new RegExp(
  `SEKISHO_(?:${LEAKAGE_TYPES.join('|').toUpperCase()})_[0-9A-HJKMNP-TV-Z]{${DIGEST_CHARS}}`,
  'g',
)
export const TOKEN_PREFIX = 'SEKISHO_'
/** Longest token. */
export const TOKEN_CHARS_MAX = 48

/** Values by their tokens. Never logged, never serialised. */
export class TokenBook {
  readonly #key: Buffer
  readonly #values = new Map<string, string>()

  /** @param secret the server's; @param scope what a token may be known in: institution and session */
  constructor(secret: Buffer, scope: readonly string[]) {
    this.#key = createHmac('sha256', secret)
      .update(['sekisho/redaction/v1', ...scope].join('\n'))
      .digest()
  }

  get size(): number {
    return this.#values.size
  }

  /** The token of `value`. */
  token(type: LeakageType, value: string): string {
    const digest = createHmac('sha256', this.#key).update(`${type}\n${value}`).digest()
    let text = ''
    for (let i = 0; i < DIGEST_CHARS; i++) text += ALPHABET[(digest[i] ?? 0) & 31]
    const token = `${TOKEN_PREFIX}${type.toUpperCase()}_${text}`
    this.#values.set(token, value)
    return token
  }

  /**
   * `text` with every token of this book turned into its value; others stay, and so does one inside an address.
   *
   * @param before what stands before `text`, as far as `lastWord` keeps it
   */
  restore(text: string, form: 'plain' | 'json' = 'plain', before = ''): string {
    if (!text.includes(TOKEN_PREFIX)) return text
    return text.replace(TOKEN, (token, offset: number) => {
      const value = this.#values.get(token)
      if (value === undefined || isInAddress(standsBefore(before, text, offset), form)) return token
      return form === 'plain' ? value : JSON.stringify(value).slice(1, -1)
    })
  }

  /** Characters at the end of `text` with which a token of this book may begin. */
  openChars(text: string): number {
    for (let from = Math.max(0, text.length - TOKEN_CHARS_MAX); from < text.length; from++) {
      const tail = text.slice(from)
      if (!(tail.startsWith(TOKEN_PREFIX) || TOKEN_PREFIX.startsWith(tail))) continue
      for (const token of this.#values.keys())
        if (token.length > tail.length && token.startsWith(tail)) return tail.length
    }
    return 0
  }
}

/** Looked back for the beginning of an address; a longer word counts as one. */
const WORD_CHARS_MAX = 2_048
const ENDS_WORD = /[\s、。「」『』（）【】，！？]/

/** The end of `text` that may be the beginning of an address which goes on. */
export function lastWord(text: string): string {
  return text.slice(-WORD_CHARS_MAX - 1)
}

function standsBefore(before: string, text: string, offset: number): string {
  const near = text.slice(Math.max(0, offset - WORD_CHARS_MAX - 1), offset)
  return near.length > WORD_CHARS_MAX ? near : lastWord(before + near)
}

/**
 * Whether what comes next stands in an address: `https://…`, `//…`, `\\\\…`.
 *
 * Threat: a model that was led to write a picture or a link whose address holds a token has the client send the value there.
 */
function isInAddress(before: string, form: 'plain' | 'json'): boolean {
  const from = Math.max(0, before.length - WORD_CHARS_MAX)
  for (let at = before.length - 1; at >= from; at--) {
    const character = before[at] ?? ''
    // The strings of arguments end at their quotes.
    if (ENDS_WORD.test(character) || (form === 'json' && character === '"' && before[at - 1] !== '\\'))
      return false
    if (isSlash(character) && isSlash(before[at - 1] ?? '')) return true
  }
  return from > 0
}

function isSlash(character: string): boolean {
  return character === '/' || character === '\\'
}
