/**
 * Wrapped epoch keys: what an institution, or enough custodians together, open to read an epoch's content.
 *
 * Spec: docs/spec/custody.md §3. Opening one takes private keys and is not done here; whether a file has its form, and
 * whether a key found is the one that was wrapped, needs neither.
 */
import { sha256 } from '#sha256'
import { concat, equalBytes, fromUtf8, toBase64, utf8 } from './bytes.ts'
import { canonicalize, type JsonObject, type JsonValue, parseCanonical } from './canonical.ts'
import { VerifyError } from './error.ts'
import { asBytes } from './record.ts'

export const WRAPPED_KEY_TYPE = 'sekisho/wrapped-key/v1'
const CHECK_DOMAIN = utf8('sekisho/epoch-key-check/v1\0')
/** Encrypted key and tag. */
const SEALED_BYTES = 48
const OWNER = /^institution\/[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/
const ID = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/
const KEY_ID = /^[0-9a-f]{16}$/

/** One HPKE message (RFC 9180): encapsulated key and ciphertext. */
export interface Envelope {
  readonly enc: Uint8Array
  readonly sealed: Uint8Array
}

export interface CustodianSeat {
  readonly id: string
  /** Key id of the seat's public key. */
  readonly key: string
}

export interface WrappedKey {
  readonly number: number
  readonly owner: string
  /** UTC month as YYYYMM. */
  readonly epoch: number
  /** Commits to the key: see `epochKeyCheck`. */
  readonly check: Uint8Array
  readonly institution: readonly (Envelope & { readonly key: string })[]
  /** Every group of `threshold` seats has its own shares: the XOR of a group's shares is the key. */
  readonly custodians: {
    readonly threshold: number
    readonly seats: readonly CustodianSeat[]
    readonly groups: readonly {
      readonly seats: readonly string[]
      readonly shares: readonly Envelope[]
    }[]
  } | null
}

/** What commits to an epoch key: SHA-256(domain ‖ u32 number ‖ key). The key is random, so it tells nothing. */
export function epochKeyCheck(number: number, key: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, number)
  return sha256(concat([CHECK_DOMAIN, bytes, key]))
}

/**
 * What an envelope is bound to, HPKE's `info`: whose key it is, and for whom this envelope is.
 *
 * @param to `institution/<key id>` or `<seat>+<seat>…/<seat>/<key id>`
 */
export function envelopeInfo(
  wrapped: Pick<WrappedKey, 'number' | 'owner' | 'epoch' | 'check'>,
  to: string,
): Uint8Array {
  const { number, owner, epoch, check } = wrapped
  return utf8(`${WRAPPED_KEY_TYPE}\0${canonicalize({ number, owner, epoch, check: toBase64(check), to })}`)
}

/** Whether `key` is the one that was wrapped. */
export function isWrappedKey(wrapped: WrappedKey, key: Uint8Array): boolean {
  return equalBytes(epochKeyCheck(wrapped.number, key), wrapped.check)
}

export function formatWrappedKey(wrapped: WrappedKey): string {
  const envelope = ({ enc, sealed }: Envelope) => ({ enc: toBase64(enc), sealed: toBase64(sealed) })
  const { custodians } = wrapped
  return canonicalize({
    type: WRAPPED_KEY_TYPE,
    number: wrapped.number,
    owner: wrapped.owner,
    epoch: wrapped.epoch,
    check: toBase64(wrapped.check),
    institution: wrapped.institution.map((each) => ({ key: each.key, ...envelope(each) })),
    custodians:
      custodians === null
        ? null
        : {
            threshold: custodians.threshold,
            seats: custodians.seats.map(({ id, key }) => ({ id, key })),
            groups: custodians.groups.map((group) => ({
              seats: [...group.seats],
              shares: group.shares.map(envelope),
            })),
          },
  })
}

/**
 * Reads a wrapped key strictly: only what `formatWrappedKey` writes.
 *
 * @throws {VerifyError} `wrapped_key_malformed`, `json_syntax`, `json_not_canonical`, `base64_malformed`
 */
export function parseWrappedKey(bytes: Uint8Array, place: string): WrappedKey {
  const top = members(parseCanonical(fromUtf8(bytes)), place, [
    'check',
    'custodians',
    'epoch',
    'institution',
    'number',
    'owner',
    'type',
  ])
  const { number, owner, epoch } = top
  require(top.type === WRAPPED_KEY_TYPE, place, 'type')
  require(isInteger(number, 1, 2 ** 32 - 1), place, 'number')
  require(typeof owner === 'string' && OWNER.test(owner), place, 'owner')
  require(isInteger(epoch, 197001, 999912) && epoch % 100 >= 1 && epoch % 100 <= 12, place, 'epoch')
  return {
    number,
    owner,
    epoch,
    check: fixed(top.check, 32, place, 'check'),
    institution: list(top.institution, place, 'institution').map((item) => {
      const { key, ...rest } = members(item, place, ['enc', 'key', 'sealed'])
      require(typeof key === 'string' && KEY_ID.test(key), place, 'institution.key')
      return { key, ...envelope(rest, place) }
    }),
    custodians: top.custodians === null ? null : custodiansOf(top.custodians, place),
  }
}

function custodiansOf(value: JsonValue | undefined, place: string): NonNullable<WrappedKey['custodians']> {
  const { threshold, seats: given, groups } = members(value, place, ['groups', 'seats', 'threshold'])
  const seats = list(given, place, 'seats').map((item) => {
    const { id, key } = members(item, place, ['id', 'key'])
    require(typeof id === 'string' && ID.test(id), place, 'seats.id')
    require(typeof key === 'string' && KEY_ID.test(key), place, 'seats.key')
    return { id, key }
  })
  require(new Set(seats.map(({ id }) => id)).size === seats.length, place, 'seats')
  require(isInteger(threshold, 1, seats.length), place, 'threshold')
  // Before they are made: of many seats there are more choices than any reader has time for.
  require(choices(seats.length, threshold) === list(groups, place, 'groups').length, place, 'groups')
  const expected = groupsOf(
    seats.map(({ id }) => id),
    threshold,
  )
  const read = list(groups, place, 'groups').map((item, i) => {
    const group = members(item, place, ['seats', 'shares'])
    const names = list(group.seats, place, 'groups.seats')
    require(names.join() === expected[i]?.join(), place, `groups[${i}]`)
    const shares = list(group.shares, place, 'groups.shares')
    require(shares.length === threshold, place, `groups[${i}].shares`)
    return {
      seats: names as readonly string[], // equal to a list of ids
      shares: shares.map((share) => envelope(members(share, place, ['enc', 'sealed']), place)),
    }
  })
  require(read.length === expected.length, place, 'groups')
  return { threshold, seats, groups: read }
}

/** How many ways there are to take `count` of `all`. */
function choices(all: number, count: number): number {
  let ways = 1
  for (let i = 1; i <= count; i++) ways = (ways * (all - count + i)) / i
  return Math.round(ways)
}

/** Every choice of `count` ids, in the order of the list. */
export function groupsOf(ids: readonly string[], count: number): string[][] {
  if (count === 0) return [[]]
  return ids.flatMap((id, i) => groupsOf(ids.slice(i + 1), count - 1).map((rest) => [id, ...rest]))
}

function envelope(value: JsonObject, place: string): Envelope {
  return {
    enc: fixed(value.enc, 32, place, 'enc'),
    sealed: fixed(value.sealed, SEALED_BYTES, place, 'sealed'),
  }
}

function fixed(value: JsonValue | undefined, length: number, place: string, name: string): Uint8Array {
  try {
    return asBytes(value, length, name)
  } catch (cause) {
    if (!(cause instanceof VerifyError) || cause.code === 'base64_malformed') throw cause
    throw malformed(place, name)
  }
}

function members(value: JsonValue | undefined, place: string, names: readonly string[]): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(place, 'an object')
  const object = value as JsonObject // not an array
  require(Object.keys(object).join() === names.join(), place, `the members ${names.join(', ')}`)
  return object
}

function list(value: JsonValue | undefined, place: string, name: string): readonly JsonValue[] {
  if (Array.isArray(value)) return value
  throw malformed(place, name)
}

function isInteger(value: JsonValue | undefined, min: number, max: number): value is number {
  return typeof value === 'number' && value >= min && value <= max
}

function require(good: boolean, place: string, name: string): asserts good {
  if (!good) throw malformed(place, name)
}

function malformed(place: string, name: string): VerifyError {
  return new VerifyError(
    'wrapped_key_malformed',
    `\`${place}\` is no wrapped key: \`${name}\` is not as specified`,
    {
      place,
      expected: name,
    },
  )
}
