/**
 * The folded state behind a snapshot: what decisions read, plus key owners and nonces that only statements need.
 *
 * Immutable; each version shares what did not change. The digest is over all of it, so two machines that
 * folded the same statements can compare one line.
 */
import { createHash } from 'node:crypto'
import { canonicalize, type JsonObject } from 'sekisho-verify'
import type { Agreement } from '../agreement/index.ts'
import type { OwnerKind } from '../identity/index.ts'
import type { CustodyState } from './custody.ts'
import { ProgrammeError } from './error.ts'
import type { SeenNonces } from './seen-nonces.ts'
import { SharedMap } from './shared-map.ts'
import type { Actor, Engagement, Institution, Integrator, Party, PublicKey, Snapshot } from './snapshot.ts'

/** The agreement whose document has this SHA-256 (hex), or null when it is not at hand. */
export type AgreementLookup = (digest: string) => Agreement | null

/** Who holds an enrolled key. A key belongs to one holder for ever, revoked or not. */
export interface KeyOwner {
  readonly kind: OwnerKind
  readonly id: string
  readonly key: PublicKey
}

/** Everything a statement can change. */
export interface StateFields extends Omit<Snapshot, 'digest'> {
  readonly parties: SharedMap<string, Party>
  readonly institutions: SharedMap<string, Institution>
  readonly integrators: SharedMap<string, Integrator>
  readonly actors: SharedMap<string, Actor>
  readonly engagements: SharedMap<string, Engagement>
  readonly stages: SharedMap<string, string>
  /** By key id. */
  readonly keyOwners: SharedMap<string, KeyOwner>
  readonly custody: CustodyState
  readonly seen: SeenNonces
}

/** A snapshot with what only statements need; `fields` is what the next fold starts from. */
export interface ProgrammeState extends StateFields {
  readonly digest: string
  readonly fields: StateFields
}

/** A state over these fields; its digest is computed when first asked for. */
export function createState(fields: StateFields): ProgrammeState {
  let digest: string | undefined
  return Object.freeze({
    ...fields,
    fields,
    get digest() {
      digest ??= createHash('sha256')
        .update(canonicalize(encodeState(fields)))
        .digest('hex')
      return digest
    },
  })
}

/** The state as JSON: what is digested, and what a gateway process starts from. */
export function encodeState(fields: StateFields): JsonObject {
  // Every value of a state is integer-only JSON: it was read from canonical JSON by a closed shape.
  const plain = {
    programme: fields.programme,
    founding: fields.founding,
    sample: fields.sample,
    index: fields.index,
    agreement: fields.agreement.digest,
    parties: [...fields.parties.values()],
    institutions: [...fields.institutions.values()],
    integrators: [...fields.integrators.values()],
    actors: [...fields.actors.values()],
    delegations: fields.delegations,
    engagements: [...fields.engagements.values()],
    grants: fields.grants,
    pendingGrants: fields.pendingGrants,
    stops: fields.stops,
    stages: [...fields.stages],
    incidentMode: fields.incidentMode,
    appeals: fields.appeals ?? [],
    tools: fields.tools,
    governance: fields.governance,
    keyOwners: [...fields.keyOwners.values()],
    custody: fields.custody,
    seen: fields.seen.map(({ nonces, newestMs }) => ({ nonces: [...nonces], newestMs })),
  }
  return plain as unknown as JsonObject
}

/**
 * The inverse of `encodeState`. For states of our own making only: nothing is checked but the agreement.
 *
 * @throws {ProgrammeError} `statement_agreement_unknown`
 */
export function decodeState(encoded: JsonObject, agreements: AgreementLookup): ProgrammeState {
  const plain = encoded as unknown as Omit<StateFields, 'agreement'> & {
    agreement: string
    seen: { nonces: string[]; newestMs: number }[]
  }
  const agreement = agreements(plain.agreement)
  if (agreement === null) {
    throw new ProgrammeError('statement_agreement_unknown', `agreement \`${plain.agreement}\` is not at hand`)
  }
  return createState({
    ...plain,
    agreement,
    parties: byId(plain.parties),
    institutions: byId(plain.institutions),
    integrators: byId(plain.integrators),
    actors: byId(plain.actors),
    engagements: byId(plain.engagements),
    stages: SharedMap.of(plain.stages),
    keyOwners: SharedMap.of(
      [...(plain.keyOwners as unknown as KeyOwner[])].map((owner) => [owner.key.id, owner]),
    ),
    seen: plain.seen.map(({ nonces, newestMs }) => ({ nonces: new Set(nonces), newestMs })),
  })
}

/** What was encoded as an array of values, by id again. */
function byId<T extends { readonly id: string }>(values: SharedMap<string, T>): SharedMap<string, T> {
  return SharedMap.of([...(values as unknown as T[])].map((value) => [value.id, value] as const))
}
