/**
 * The statements this programme knows: the closed shape of each type's payload.
 *
 * Spec: docs/spec/statement.md §4. An unknown type or member is refused, never skipped: a statement that
 * this build does not understand must not be half obeyed.
 */
import {
  canonicalize,
  parseSignedStatement,
  type SignedStatement,
  statementBytes,
  statementDigest,
  VerifyError,
} from 'sekisho-verify'
import { STAGE_IDS, TIER_IDS } from '../agreement/index.ts'
import { CAPABILITIES } from '../boundary/index.ts'
import {
  boolean,
  either,
  integer,
  keyIdOfBase64,
  list,
  nullable,
  object,
  oneOf,
  type Shape,
  type Shaped,
  ShapeError,
  text,
  withFlag,
} from '../identity/index.ts'
import { ProgrammeError } from './error.ts'

const ID = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/
const HEX_256 = /^[0-9a-f]{64}$/
const RAW_KEY = /^[A-Za-z0-9+/]{43}=$/
const TIME_MS_MAX = 253_402_300_799_999
const COUNT_MAX = 1_000_000_000_000

const KEYS_MAX = 16
const ASSETS_MAX = 1000
const MEMBERS_MAX = 500

const id = text(64, ID)
const timeMs = integer(0, TIME_MS_MAX)
const reason = text(500)
const digest = text(64, HEX_256)
const name = object({ en: text(200), ja: text(200) })
const agreement = object({ id: text(64), version: integer(1, 1_000_000), digest })
const budget = object({ requests_per_day: integer(0, COUNT_MAX), tokens_per_day: integer(0, COUNT_MAX) })
const className = oneOf(['party', 'listed_partner', 'other', 'unknown'])

/** A key as enrolled. Only `key` can be claimed for itself; phishing-resistant assurance needs an attestation. */
const key = object({ public: rawKey(), assurance: oneOf(['key']) })
const keys = list(key, 1, KEYS_MAX, (each) => each.public)

const party = object({ id, keys })

const person = {
  id,
  institution: id,
  employer: oneOf(['employee', 'contractor', 'integrator']),
  nationality: className,
  location: className,
  keys,
}

const ROLES = [
  'analyst',
  'approver',
  'operations_lead',
  'platform',
  'internal_audit',
  'working_group_seat',
  'party',
  'regulator',
  'external_auditor',
] as const

export const ASSET_KINDS = ['ipv4', 'ipv6', 'cidr', 'domain', 'url', 'repository', 'application'] as const

const asset = object({
  id,
  kind: oneOf(ASSET_KINDS),
  value: text(2048),
  criticality: oneOf(['ordinary', 'critical', 'designated']),
})

const scopeOf = object({
  kind: oneOf(['person', 'engagement', 'institution', 'sector', 'model', 'jurisdiction']),
  id: text(128),
})
const scope = either('kind', {
  all: object({ kind: oneOf(['all']) }),
  person: scopeOf,
  engagement: scopeOf,
  institution: scopeOf,
  sector: scopeOf,
  model: scopeOf,
  jurisdiction: scopeOf,
})

/** Payload members by type; every type's members are exactly these. */
export const STATEMENT_SHAPES = {
  'programme.found': object({ agreement, sample: boolean, parties: list(party, 1, 32, (each) => each.id) }),
  'agreement.activate': object({ agreement, parties: list(party, 0, 32, (each) => each.id) }),
  'institution.register': object({
    id,
    sector: id,
    jurisdiction: text(2, /^[A-Z]{2}$/),
    name,
    fictional: boolean,
    keys,
  }),
  'institution.admit': object({ id, budget: nullable(budget) }),
  'institution.suspend': object({ id, reason }),
  'integrator.admit': object({ id, name, keys }),
  'integrator.suspend': object({ id, reason }),
  'person.enrol': object({ ...person, roles: list(oneOf(ROLES), 0, ROLES.length, String) }),
  'service.enrol': object(person),
  'actor.suspend': object({ id, reason }),
  'actor.reinstate': object({ id, reason }),
  'actor.revoke': object({ id, reason }),
  'key.add': object({
    owner: object({ kind: oneOf(['party', 'institution', 'integrator', 'actor']), id }),
    key,
  }),
  'key.revoke': object({ key: text(16, /^[0-9a-f]{16}$/), reason }),
  'delegation.grant': object({
    institution: id,
    integrator: id,
    actors: list(id, 1, MEMBERS_MAX, String),
    until_ms: timeMs,
  }),
  'delegation.revoke': object({ institution: id, integrator: id, reason }),
  'programme_access.approve': object({
    institution: id,
    tiers: list(oneOf(TIER_IDS), 0, TIER_IDS.length, String),
  }),
  'sector.stage': object({ sector: id, stage: oneOf(STAGE_IDS), reason }),
  'engagement.draft': object({
    id,
    institution: id,
    purpose: text(1000),
    assets: list(asset, 0, ASSETS_MAX, (each) => each.id),
    capabilities: list(oneOf(CAPABILITIES), 1, CAPABILITIES.length, String),
    members: list(id, 1, MEMBERS_MAX, String),
    autonomy: oneOf(['A0', 'A1', 'A2', 'A3', 'A4']),
    from_ms: timeMs,
    until_ms: timeMs,
  }),
  'engagement.approve': object({ id, draft: digest }),
  'engagement.suspend': object({ id, reason }),
  'engagement.close': object({ id, reason }),
  'grant.approve': object({
    hold: text(64, /^dec_[0-9a-z]{26}$/),
    actor: id,
    institution: id,
    engagement: nullable(id),
    capability: oneOf(CAPABILITIES),
    session: text(256),
    approvals: integer(1, 8),
    count: integer(1, 100_000),
    until_ms: timeMs,
  }),
  'refusal.lift': object({ key: digest, actor: id, reason }),
  'stop.issue': withFlag(object({ scope, reason }), 'unknown_model'),
  'stop.resume': object({ stop: integer(0, Number.MAX_SAFE_INTEGER), reason }),
  'incident.set': object({ incident: boolean, reason }),
} as const satisfies Readonly<Record<string, Shape<unknown>>>

export type StatementType = keyof typeof STATEMENT_SHAPES
export const STATEMENT_TYPES = Object.keys(STATEMENT_SHAPES) as readonly StatementType[]
export type Payload<T extends StatementType> = Shaped<(typeof STATEMENT_SHAPES)[T]>

/** A statement whose form is right: nothing is known yet about who signed it. */
export type Statement = {
  [T in StatementType]: {
    readonly type: T
    readonly programme: string
    readonly issuedAtMs: number
    readonly nonce: string
    readonly payload: Payload<T>
    /** Names the body: SHA-256 (hex) of what is signed. */
    readonly digest: string
    readonly bytes: Uint8Array
    readonly signatures: SignedStatement['signatures']
  }
}[StatementType]

/**
 * Reads a signed statement strictly, its payload included.
 *
 * @throws {ProgrammeError} `statement_malformed`, `statement_too_large`, `statement_type_unknown`,
 *   `statement_payload_invalid`, `statement_unsigned`
 */
export function parseStatement(value: unknown): Statement {
  const { body, signatures } = parseForm(value)
  const { programme, type, issued_at_ms: issuedAtMs, nonce, ...payload } = body
  if (!Object.hasOwn(STATEMENT_SHAPES, type)) {
    throw new ProgrammeError(
      'statement_type_unknown',
      `statement type \`${type}\` is not known to this build`,
    )
  }
  if (signatures.length === 0) throw new ProgrammeError('statement_unsigned', 'the statement is not signed')
  const shape = STATEMENT_SHAPES[type as StatementType]
  try {
    // The shape of `type` returns the payload of `type`; TypeScript cannot follow the pair through the table.
    return {
      type,
      programme,
      issuedAtMs,
      nonce,
      payload: shape(payload, ''),
      digest: statementDigest(body),
      bytes: statementBytes(body),
      signatures,
    } as Statement
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    throw new ProgrammeError('statement_payload_invalid', `\`${type}\`: ${error.message}`, { cause: error })
  }
}

function parseForm(value: unknown): SignedStatement {
  const signed = refusing('statement_malformed', () => parseSignedStatement(value))
  refusing('statement_malformed', () => canonicalize(signed.body))
  // What is canonical JSON can only be refused for its size.
  refusing('statement_too_large', () => statementBytes(signed.body))
  return signed
}

function refusing<T>(code: 'statement_malformed' | 'statement_too_large', read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error
    throw new ProgrammeError(code, `${error.place ?? 'statement'}: ${error.message}`, { cause: error })
  }
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

/** A key of a statement as the directory holds it. */
export function enrolledKey(given: Shaped<typeof key>): {
  id: string
  public: string
  assurance: 'key'
  revoked: false
} {
  return { id: keyIdOfBase64(given.public), public: given.public, assurance: given.assurance, revoked: false }
}
