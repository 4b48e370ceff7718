/**
 * Wrapping epoch keys, and opening what was wrapped: by the institution alone, or by k of n custodians together.
 *
 * Spec: docs/spec/custody.md §3–4, docs/decisions/0106. There is no secret-sharing arithmetic: every group of k seats has
 * k random shares of its own, whose XOR is the key, each encrypted to its seat.
 */
import { createHash, type KeyObject, randomBytes } from 'node:crypto'
import {
  type Envelope,
  envelopeInfo,
  epochKeyCheck,
  groupsOf,
  isWrappedKey,
  type WrappedKey,
} from 'sekisho-verify'
import type { EpochKey } from '../ledger/index.ts'
import { CustodyError } from './error.ts'
import { open, rawPublicOf, seal } from './hpke.ts'

/** To whom the keys of one owner are wrapped. */
export interface Recipients {
  /** Raw public key of the institution, or null while it has stated none. */
  readonly institution: Uint8Array | null
  /** Null when the agreement names no custodians, or a seat has not stated its key yet. */
  readonly custodians: {
    readonly threshold: number
    readonly seats: readonly { readonly id: string; readonly public: Uint8Array }[]
  } | null
}

/** First 16 hex digits of SHA-256 over the raw public key. */
export function custodyKeyId(raw: Uint8Array): string {
  return createHash('sha256').update(raw).digest('hex').slice(0, 16)
}

export function wrap(
  { id, owner, epoch, key }: EpochKey,
  { institution, custodians }: Recipients,
): WrappedKey {
  const head = { number: id, owner, epoch, check: epochKeyCheck(id, key) }
  const own = institution === null ? [] : [toInstitution(head, institution, key)]
  if (custodians === null) return { ...head, institution: own, custodians: null }
  const seats = custodians.seats.map((seat) => ({ id: seat.id, key: custodyKeyId(seat.public) }))
  const groups = groupsOf(
    seats.map((seat) => seat.id),
    custodians.threshold,
  ).map((ids) => ({
    seats: ids,
    shares: split(key, ids.length).map((share, i) => {
      const seat = custodians.seats.find((each) => each.id === ids[i])! // groups are made of the seats' ids
      return seal(
        seat.public,
        envelopeInfo(head, shareRecipient(ids, seat.id, custodyKeyId(seat.public))),
        share,
      )
    }),
  }))
  return { ...head, institution: own, custodians: { threshold: custodians.threshold, seats, groups } }
}

/** Opens with the institution's private key. @throws {CustodyError} `custody_not_for_holder`, `custody_envelope_invalid`, `custody_key_mismatch` */
export function openAsInstitution(wrapped: WrappedKey, holder: KeyObject): Buffer {
  const keyId = custodyKeyId(rawPublicOf(holder))
  const envelope = wrapped.institution.find((each) => each.key === keyId)
  if (envelope === undefined)
    throw new CustodyError(
      'custody_not_for_holder',
      `key ${wrapped.number} of \`${wrapped.owner}\` was not wrapped to \`${keyId}\``,
    )
  return checked(wrapped, open(holder, envelopeInfo(wrapped, `institution/${keyId}`), envelope))
}

/** A custodian's shares of one key, of every group the seat is in: handed over to whoever puts them together. */
export interface SeatShares {
  readonly number: number
  readonly seat: string
  /** By group: seat ids joined with `+`. */
  readonly shares: Readonly<Record<string, Buffer>>
}

/** @throws {CustodyError} `custody_not_for_holder`, `custody_envelope_invalid` */
export function openShares(wrapped: WrappedKey, holder: KeyObject): SeatShares {
  const keyId = custodyKeyId(rawPublicOf(holder))
  const seat = wrapped.custodians?.seats.find((each) => each.key === keyId)
  if (wrapped.custodians === null || seat === undefined)
    throw new CustodyError('custody_not_for_holder', `key ${wrapped.number} has no share for \`${keyId}\``)
  const shares: Record<string, Buffer> = {}
  for (const group of wrapped.custodians.groups) {
    const envelope = group.shares[group.seats.indexOf(seat.id)]
    if (envelope === undefined) continue
    shares[group.seats.join('+')] = open(
      holder,
      envelopeInfo(wrapped, shareRecipient(group.seats, seat.id, keyId)),
      envelope,
    )
  }
  return { number: wrapped.number, seat: seat.id, shares }
}

/** Puts the shares of as many custodians as the threshold together. @throws {CustodyError} `custody_shares_missing`, `custody_share_malformed`, `custody_key_mismatch` */
export function combine(wrapped: WrappedKey, given: readonly SeatShares[]): Buffer {
  const here = new Map(
    given.filter(({ number }) => number === wrapped.number).map((each) => [each.seat, each]),
  )
  const group = wrapped.custodians?.groups.find(({ seats }) => seats.every((seat) => here.has(seat)))
  if (group === undefined)
    throw new CustodyError(
      'custody_shares_missing',
      `key ${wrapped.number} takes ${wrapped.custodians?.threshold ?? 0} custodians; shares of ${here.size} are here`,
    )
  const key = Buffer.alloc(32)
  for (const seat of group.seats) {
    const share = here.get(seat)?.shares[group.seats.join('+')]
    if (share?.length !== 32)
      throw new CustodyError('custody_share_malformed', `the share of \`${seat}\` is not 32 bytes`)
    for (const [i, byte] of share.entries()) key[i] = (key[i] ?? 0) ^ byte
  }
  return checked(wrapped, key)
}

function toInstitution(
  head: Parameters<typeof envelopeInfo>[0],
  recipient: Uint8Array,
  key: Buffer,
): Envelope & { key: string } {
  const keyId = custodyKeyId(recipient)
  return { key: keyId, ...seal(recipient, envelopeInfo(head, `institution/${keyId}`), key) }
}

function shareRecipient(group: readonly string[], seat: string, keyId: string): string {
  return `${group.join('+')}/${seat}/${keyId}`
}

/** Random shares whose XOR is the key: all but the last are noise. */
function split(key: Buffer, count: number): Buffer[] {
  const shares = Array.from({ length: count - 1 }, () => randomBytes(32))
  const last = Buffer.from(key)
  for (const share of shares) for (const [i, byte] of share.entries()) last[i] = (last[i] ?? 0) ^ byte
  return [...shares, last]
}

function checked(wrapped: WrappedKey, key: Buffer): Buffer {
  if (key.length === 32 && isWrappedKey(wrapped, key)) return key
  throw new CustodyError(
    'custody_key_mismatch',
    `what came out is not key ${wrapped.number} of \`${wrapped.owner}\``,
  )
}
