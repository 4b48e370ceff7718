/**
 * Branded identifiers: a string that was parsed at the edge and cannot be mixed up with another kind.
 *
 * Random ids carry 128 bits, so a decision's page cannot be found by guessing its address.
 */
import { randomFillSync } from 'node:crypto'

declare const brand: unique symbol
/** A `string` that only the parser or maker of kind `B` hands out. */
export type Branded<B extends string> = string & { readonly [brand]: B }

/** `dec_` and 26 characters: the name of one decision, in records, messages and addresses. */
export type DecisionId = Branded<'DecisionId'>

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
/** Random bytes are drawn in blocks: one system call serves this many ids. */
const POOL_IDS = 64
const RANDOM_BYTES = 16

const pool = Buffer.alloc(POOL_IDS * RANDOM_BYTES)
let poolOffset = pool.length
/** Digits of the id being made. */
const digits = Buffer.alloc(Math.ceil((RANDOM_BYTES * 8) / 5))

/**
 * A new id: `prefix_` and 26 characters, 128 bits from the system's generator.
 *
 * Random only: an id that starts with the time would tell a stranger when an exchange happened.
 */
export function newId<B extends string = 'Id'>(prefix: string): Branded<B> {
  if (poolOffset === pool.length) {
    randomFillSync(pool)
    poolOffset = 0
  }
  const text = encodeBase32(pool, poolOffset, RANDOM_BYTES)
  pool.fill(0, poolOffset, poolOffset + RANDOM_BYTES)
  poolOffset += RANDOM_BYTES
  // The brand exists only in the type system.
  return `${prefix}_${text}` as Branded<B>
}

/** Parses an id of the form `newId` makes, or returns null. */
export function parseId<B extends string = 'Id'>(prefix: string, text: string): Branded<B> | null {
  if (text.length !== prefix.length + 27 || !text.startsWith(`${prefix}_`)) return null
  for (let i = prefix.length + 1; i < text.length; i++) if (!ALPHABET.includes(text[i]!)) return null
  return text as Branded<B>
}

/** A fresh decision id: `dec_` and 128 random bits in 26 characters. */
export const newDecisionId = (): DecisionId => newId<'DecisionId'>('dec')
/** The text as a decision id, or null when it has not exactly that form. */
export const parseDecisionId = (text: string): DecisionId | null => parseId<'DecisionId'>('dec', text)

function encodeBase32(bytes: Buffer, start: number, length: number): string {
  let at = 0
  let bits = 0
  let value = 0
  for (let i = start; i < start + length; i++) {
    value = ((value << 8) | bytes[i]!) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      digits[at++] = ALPHABET.charCodeAt((value >>> bits) & 31)
    }
  }
  if (bits > 0) digits[at++] = ALPHABET.charCodeAt((value << (5 - bits)) & 31)
  // In one piece: a string added up digit by digit keeps all its parts for as long as it lives.
  return digits.toString('latin1', 0, at)
}
