/**
 * The model catalogue: which models exist, their tier, their upstream and when they end. Data, not code.
 *
 * Spec: docs/spec/agreement.md §7. Values: server/models.yaml.
 */

import type { TierId } from './agreement.ts'
import type { FactValue } from './facts.ts'

export type ModelDialect = 'responses' | 'chat' | 'messages'

export interface ModelEntry {
  /** What a client asks for. */
  readonly id: string
  /** What people see. */
  readonly display: string
  readonly tier: TierId
  /** Upstream id from the configuration: `rehearsal`, `openai`, `anthropic`, … */
  readonly upstream: string
  readonly dialects: readonly ModelDialect[]
  /** Other ids that mean this model. */
  readonly aliases: readonly string[]
  /** Value sent as `access_programs.cyber`; null when the vendor has no such field. */
  readonly accessProgram: 'standard' | 'daybreak_blue' | 'daybreak_red' | null
  /** UTC day (YYYY-MM-DD) from which requests fail, or null. */
  readonly retiresOn: string | null
  /** Output-token ceiling when the client names none, and the most it may name. */
  readonly outputTokensMax: number
  /** `listed`: can be called until it retires. `unlisted`: known, but no public id or not offered here. */
  readonly state: 'listed' | 'unlisted'
  /** What a reader should know: approval needed, existing customers only, source. */
  readonly note: string | null
}

export interface ModelCatalogue {
  /** In file order. */
  readonly models: readonly ModelEntry[]
  /** By id or alias; null when the catalogue does not know it. */
  find(idOrAlias: string): ModelEntry | null
}

/** State of `entry` at `nowMs` as the fact `model_state`. */
export function modelState(entry: ModelEntry | null, nowMs: number): FactValue<'model_state'> {
  if (entry === null || entry.state === 'unlisted') return 'unlisted'
  if (entry.retiresOn !== null && nowMs >= Date.parse(`${entry.retiresOn}T00:00:00Z`)) return 'retired'
  return 'available'
}

/** Parses the catalogue strictly. @throws {AgreementError} with file, line and code */
export function loadModels(_text: string, _file: string): ModelCatalogue {
  throw new Error('under construction')
}
