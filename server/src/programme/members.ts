/** Members that payloads of several kinds share: ids, times, keys, assets, scopes. */
import {
  either,
  integer,
  keyIdOfBase64,
  list,
  object,
  oneOf,
  type Shape,
  type Shaped,
  ShapeError,
  text,
} from '../identity/index.ts'

const ID = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/
export const HEX_256 = /^[0-9a-f]{64}$/
const RAW_KEY = /^[A-Za-z0-9+/]{43}=$/
const TIME_MS_MAX = 253_402_300_799_999
const COUNT_MAX = 1_000_000_000_000

export const KEYS_MAX = 16
export const ASSETS_MAX = 1000
export const MEMBERS_MAX = 500

export const id = text(64, ID)
export const timeMs = integer(0, TIME_MS_MAX)
export const reason = text(500)
export const digest = text(64, HEX_256)
export const name = object({ en: text(200), ja: text(200) })
export const agreement = object({ id: text(64), version: integer(1, 1_000_000), digest })
export const budget = object({
  requests_per_day: integer(0, COUNT_MAX),
  tokens_per_day: integer(0, COUNT_MAX),
})
export const className = oneOf(['party', 'listed_partner', 'other', 'unknown'])

/** A key as enrolled. Only `key` can be claimed for itself; phishing-resistant assurance needs an attestation. */
export const key = object({ public: rawKey(), assurance: oneOf(['key']) })
export const keys = list(key, 1, KEYS_MAX, (each) => each.public)

export const party = object({ id, keys })

export const person = {
  id,
  institution: id,
  employer: oneOf(['employee', 'contractor', 'integrator']),
  nationality: className,
  location: className,
  keys,
}

export const ROLES = [
  'analyst',
  'approver',
  'operations_lead',
  'platform',
  'internal_audit',
  'working_group_seat',
  'legal',
  'risk',
  'party',
  'regulator',
  'external_auditor',
] as const

/** LIMIT: characters of a document that a statement carries; with its signatures it fits one ledger entry. */
const DOCUMENT_CHARACTERS_MAX = 150_000

/** A whole agreement: lines and all. What it says is read by the agreement room. */
export const document: Shape<string> = (value, path) => {
  if (typeof value !== 'string' || value === '' || !value.isWellFormed()) {
    throw new ShapeError(path, 'must be a text that is not empty')
  }
  if (value.length > DOCUMENT_CHARACTERS_MAX) {
    throw new ShapeError(path, `must be at most ${DOCUMENT_CHARACTERS_MAX} characters long`)
  }
  return value
}

/** Sectors that something concerns; none named means all. */
export const sectors = list(id, 0, 64, String)

export const ASSET_KINDS = [
  'ipv4',
  'ipv6',
  'cidr',
  'domain',
  'url',
  'repository',
  'cloud_account',
  'container',
  'application',
] as const

export const asset = object({
  id,
  kind: oneOf(ASSET_KINDS),
  value: text(2048),
  criticality: oneOf(['ordinary', 'critical', 'designated']),
})

const scopeOf = object({
  kind: oneOf(['person', 'engagement', 'institution', 'sector', 'model', 'jurisdiction']),
  id: text(128),
})
export const scope = either('kind', {
  all: object({ kind: oneOf(['all']) }),
  person: scopeOf,
  engagement: scopeOf,
  institution: scopeOf,
  sector: scopeOf,
  model: scopeOf,
  jurisdiction: scopeOf,
})

/** A key as a statement names it. */
export type EnrolledKey = Shaped<typeof key>

/** A key of a statement as the directory holds it. */
export function enrolledKey(given: EnrolledKey): {
  id: string
  public: string
  assurance: 'key'
  revoked: false
} {
  return { id: keyIdOfBase64(given.public), public: given.public, assurance: given.assurance, revoked: false }
}

/** A raw Ed25519 public key in the one base64 text it has. */
function rawKey(): Shape<string> {
  const shape = text(44, RAW_KEY)
  return (value, path) => {
    const encoded = shape(value, path)
    const raw = Buffer.from(encoded, 'base64')
    if (raw.length !== 32 || raw.toString('base64') !== encoded)
      throw new ShapeError(path, 'must be 32 bytes in base64')
    return encoded
  }
}
