/** What the gateway sets on every request to a vendor (under construction). */
import type { JsonValue, WireRequest } from '../wire/index.ts'
import type { Upstream } from './upstream.ts'

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
export function endUserPseudonym(_secret: Buffer, _actor: string): string {
  throw new Error('under construction')
}

/** The patch for `patchBody`: model id, `store:false`, access programme, end-user id; client-supplied ids removed. */
export function vendorPatch(
  _request: WireRequest,
  _kind: Upstream['kind'],
  _model: VendorModel,
  _pseudonym: string,
): Record<string, JsonValue | undefined> {
  throw new Error('under construction')
}

/** How the model that answered relates to the one that was asked for. */
export type ServedComparison =
  | 'same'
  /** A dated snapshot of the requested name (`gpt-x` → `gpt-x-2026-04-23`). */
  | 'snapshot'
  | 'different_model'
  | 'different_programme'
  | 'not_reported'

export function compareServed(
  _requested: VendorModel,
  _served: { readonly model: string; readonly accessProgram: string | null } | null,
): ServedComparison {
  throw new Error('under construction')
}
