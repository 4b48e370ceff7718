/**
 * The terms of a scope document: what a threat-led test needs in writing beside its assets and its window.
 *
 * Spec: docs/spec/engagement.md §2. Follows the scope documents of TIBER-EU and CBEST. Offensive work without terms is
 * refused: the basis in law, counsel's opinion, who may be called to stop it, and what belongs to others.
 */
import type { Capability } from '../boundary/index.ts'
import {
  list,
  nullable,
  object,
  oneOf,
  type Shape,
  type Shaped,
  ShapeError,
  text,
} from '../identity/index.ts'
import { parseAsset } from '../scope/index.ts'
import { ProgrammeError } from './error.ts'
import { ASSET_KINDS, ASSETS_MAX, digest, id } from './members.ts'

/** Capabilities that act against systems, or build the means to. */
const OFFENSIVE: readonly Capability[] = [
  'exploit_validation',
  'attack_emulation',
  'credential_attack',
  'stealth_evasion',
  'persistence',
  'lateral_movement',
  'command_and_control',
  'malware_creation',
  'data_exfiltration',
  'social_engineering',
  'third_party_exploitation',
  'disruption',
]
/** A technique or sub-technique of MITRE ATT&CK. */
const TECHNIQUE = /^T\d{4}(?:\.\d{3})?$/
const TECHNIQUES_MAX = 400
const techniques = list(text(9, TECHNIQUE), 0, TECHNIQUES_MAX, String)

const termsShape = object({
  /** Who owns each asset, and the signed authorisation of its administrator, by digest. */
  authorisations: list(
    object({ asset: id, owner: text(200), administrator: text(200), document: digest }),
    0,
    ASSETS_MAX,
    (each) => each.asset,
  ),
  techniques: object({ allowed: techniques, forbidden: techniques }),
  /** Places of third parties that stay untouched although an asset covers them. */
  exclusions: list(object({ kind: oneOf(ASSET_KINDS), value: text(2048), reason: text(500) }), 0, ASSETS_MAX),
  /** An office and how it is reached at any hour, never a person's name. */
  stop_contact: text(200),
  /** Basis in law and the digest of counsel's opinion; required for offensive work. */
  legal: nullable(object({ basis: text(500), opinion: digest })),
})

export type EngagementTerms = Shaped<typeof termsShape>

/** `shape`, and `terms` where they are given. */
export function withTerms<T extends object>(
  shape: Shape<T>,
): Shape<T & { readonly terms?: EngagementTerms }> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'terms'))
      return shape(value, path)
    const { terms, ...rest } = value as Readonly<Record<string, unknown>>
    if (Array.isArray(value)) throw new ShapeError(path, 'must be an object')
    return { ...shape(rest, path), terms: termsShape(terms, path === '' ? 'terms' : `${path}.terms`) }
  }
}

export function isOffensive(capabilities: readonly Capability[]): boolean {
  return capabilities.some((each) => OFFENSIVE.includes(each))
}

interface Draft {
  readonly assets: readonly { readonly id: string; readonly criticality: string }[]
  readonly capabilities: readonly Capability[]
  readonly terms?: EngagementTerms
}

/** @throws {ProgrammeError} `statement_payload_invalid`, `statement_terms_missing` */
export function checkTerms({ assets, capabilities, terms }: Draft): void {
  const offensive = isOffensive(capabilities)
  if (offensive && (terms === undefined || terms.legal === null)) {
    throw new ProgrammeError(
      'statement_terms_missing',
      'offensive capabilities need `terms` with the legal basis and the digest of counsel’s opinion',
    )
  }
  if (terms === undefined) return
  for (const { kind, value } of terms.exclusions) {
    if (parseAsset({ kind, value }) === null)
      throw invalid(`exclusion \`${value}\` is no ${kind}, or too wide`)
  }
  for (const { asset } of terms.authorisations) {
    if (!assets.some((each) => each.id === asset)) throw invalid(`no asset \`${asset}\` to authorise`)
  }
  const both = terms.techniques.allowed.find((each) => terms.techniques.forbidden.includes(each))
  if (both !== undefined) throw invalid(`technique \`${both}\` is allowed and forbidden`)
  const missing = assets.find((asset) => !terms.authorisations.some((each) => each.asset === asset.id))
  if (offensive && missing !== undefined) {
    throw new ProgrammeError(
      'statement_terms_missing',
      `asset \`${missing.id}\` lacks the signed authorisation of its administrator`,
    )
  }
}

function invalid(why: string): ProgrammeError {
  return new ProgrammeError('statement_payload_invalid', why)
}
