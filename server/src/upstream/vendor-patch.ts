/**
 * What the gateway sets on every request to a vendor, whatever the client sent.
 *
 * Spec: docs/spec/upstream.md §2. Threats: omitting `access_programs` silently relaxes a provider's refusals;
 * without a per-user id the provider may suspend the whole organisation for one user; a client's own ids, session
 * metadata (repository URLs, workspace paths) and `store:true` would leave the institution.
 */
import { createHmac } from 'node:crypto'
import type { JsonValue, WireRequest } from '../wire/index.ts'
import { UpstreamError } from './error.ts'
import type { Upstream } from './upstream.ts'

/** Bytes of the keyed hash that are kept: 48 hexadecimal characters after the prefix, 52 in all. */
const PSEUDONYM_BYTES = 24

export type AccessProgram = 'standard' | 'daybreak_blue' | 'daybreak_red'

/** The part of a model entry the vendor contract needs. */
export interface VendorModel {
  readonly id: string
  /** Null: the upstream has no access programmes (Anthropic, compatible servers, rehearsal). */
  readonly accessProgram: AccessProgram | null
}

/**
 * The end user as the vendor sees them: stable, unlinkable without the secret, at most 64 characters.
 *
 * @param secret 32 bytes, one per deployment; rotating it makes every end user look new to the vendor
 * @param actor  the actor's id in the directory
 */
export function endUserPseudonym(secret: Buffer, actor: string): string {
  if (secret.length < 32)
    throw new UpstreamError('upstream_config', 'the pseudonym secret must be 32 bytes or more')
  const mac = createHmac('sha256', secret).update('sekisho/end-user/v1\0').update(actor).digest('hex')
  return `eu1_${mac.slice(0, PSEUDONYM_BYTES * 2)}`
}

/**
 * The patch for `patchBody`.
 *
 * @returns `undefined` removes the member
 * @throws {UpstreamError} `upstream_dialect` when the model has an access programme and the dialect cannot state it:
 *   only Responses has `access_programs`, and leaving it out would relax refusals
 */
export function vendorPatch(
  request: Pick<WireRequest, 'dialect' | 'model'>,
  kind: Upstream['kind'],
  model: VendorModel,
  pseudonym: string,
): Record<string, JsonValue | undefined> {
  const patch: Record<string, JsonValue | undefined> = {}
  if (request.model !== model.id) patch.model = model.id
  if (request.dialect === 'messages') return { ...patch, metadata: { user_id: pseudonym } }
  if (model.accessProgram !== null && request.dialect === 'chat') {
    throw new UpstreamError(
      'upstream_dialect',
      `model \`${model.id}\` has an access programme, which only the Responses dialect can state; use /v1/responses`,
    )
  }
  const vendor = kind === 'openai'
  return {
    ...patch,
    // Compatible servers reject fields they do not know; they keep nothing under our ids either.
    store: vendor || request.dialect === 'responses' ? false : undefined,
    safety_identifier: vendor ? pseudonym : undefined,
    access_programs: model.accessProgram === null ? undefined : { cyber: model.accessProgram },
    user: kind === 'openai_compatible' ? pseudonym : undefined,
    metadata: undefined,
    client_metadata: undefined,
  }
}

/** How the model that answered relates to the one that was asked for. */
export type ServedComparison =
  | 'same'
  /** A dated snapshot of the requested name (`gpt-x` → `gpt-x-2026-04-23`). */
  | 'snapshot'
  | 'different_model'
  | 'different_programme'
  | 'not_reported'

/** Compares what the vendor says it served with what was asked for; anything but `same` and `snapshot` is recorded. */
export function compareServed(
  requested: VendorModel,
  served: { readonly model: string; readonly accessProgram: string | null } | null,
): ServedComparison {
  if (served === null) return 'not_reported'
  const same = served.model === requested.id
  if (!same && !isSnapshotOf(requested.id, served.model)) return 'different_model'
  if (requested.accessProgram !== null && served.accessProgram === null) return 'not_reported'
  if (served.accessProgram !== null && served.accessProgram !== (requested.accessProgram ?? 'standard')) {
    return 'different_programme'
  }
  return same ? 'same' : 'snapshot'
}

function isSnapshotOf(requested: string, served: string): boolean {
  if (!served.startsWith(requested)) return false
  return /^-(?:20\d{2}-\d{2}-\d{2}|20\d{6})$/.test(served.slice(requested.length))
}
