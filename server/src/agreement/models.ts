/**
 * The model catalogue: which models exist, their tier, their upstream and when they end. Data, not code.
 *
 * Read with the same strictness as the agreement. Spec: docs/spec/agreement.md §8. Values: server/models.yaml.
 */
import { TIER_IDS, type TierId } from './agreement.ts'
import { AgreementError } from './error.ts'
import type { FactValue } from './facts.ts'
import { readYaml } from './strict-yaml.ts'
import type { YamlMapping } from './yaml-mapping.ts'

/** LIMIT: models of one catalogue. */
const MODELS_MAX = 200
const OUTPUT_TOKENS_MAX = 1_000_000
const MODEL_ID = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/
const DIALECTS: readonly ModelDialect[] = ['responses', 'chat', 'messages']

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
  /** UTC day (YYYY-MM-DD) since which this catalogue lists it, or null: what `/v1/models` gives as its creation. */
  readonly listedOn: string | null
  /** UTC day (YYYY-MM-DD) from which requests fail, or null. */
  readonly retiresOn: string | null
  /** Output-token ceiling when the client names none, and the most it may name. */
  readonly outputTokensMax: number
  /** `listed`: can be called until it retires. `unlisted`: known, but not offered under this agreement. */
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

/**
 * State of `entry` at `nowMs` as the fact `model_state`.
 *
 * @param entry null for a model the catalogue does not know
 */
export function modelState(entry: ModelEntry | null, nowMs: number): FactValue<'model_state'> {
  if (entry === null || entry.state === 'unlisted') return 'unlisted'
  if (entry.retiresOn !== null && nowMs >= Date.parse(`${entry.retiresOn}T00:00:00Z`)) return 'retired'
  return 'available'
}

/** Parses the catalogue strictly. @throws {AgreementError} with file, line and code */
export function loadModels(text: string, file: string): ModelCatalogue {
  const { value: models } = readYaml(text, file, 1, (top) => {
    const entries = top.mappings('models', readModel)
    if (entries.length > MODELS_MAX)
      top.fail('agreement_too_large', `more than ${MODELS_MAX} models`, 'models')
    return entries
  })
  const names = new Map<string, ModelEntry>()
  for (const model of models) {
    for (const name of [model.id, ...model.aliases]) {
      if (names.has(name))
        throw new AgreementError('agreement_id_duplicate', file, 1, `\`${name}\` names two models`)
      names.set(name, Object.freeze(model))
    }
  }
  return { models, find: (name) => names.get(name) ?? null }
}

function readModel(item: YamlMapping): ModelEntry {
  const id = item.matching('id', MODEL_ID, 'a model id')
  return {
    id,
    display: item.optionalString('display') ?? id,
    tier: item.oneOf('tier', TIER_IDS),
    upstream: item.id('upstream'),
    dialects: item.choices('dialects', DIALECTS),
    aliases: item.has('aliases') ? item.strings('aliases', MODEL_ID, 'a model id') : [],
    accessProgram: readAccessProgram(item),
    listedOn: readDay(item, 'listed_on'),
    retiresOn: readDay(item, 'retires_on'),
    outputTokensMax: item.integer('output_tokens_max', 1, OUTPUT_TOKENS_MAX),
    state: item.oneOf('state', ['listed', 'unlisted']),
    note: item.optionalString('note'),
  }
}

function readAccessProgram(item: YamlMapping): ModelEntry['accessProgram'] {
  // Always written out: leaving the field out of a request silently relaxes the vendor's refusals.
  const value = item.oneOf('access_program', ['none', 'standard', 'daybreak_blue', 'daybreak_red'])
  return value === 'none' ? null : value
}

function readDay(item: YamlMapping, key: 'listed_on' | 'retires_on'): string | null {
  if (!item.has(key)) return null
  const day = item.matching(key, /^\d{4}-\d\d-\d\d$/, 'a day as YYYY-MM-DD')
  const ms = Date.parse(`${day}T00:00:00Z`)
  // `Date.parse` rolls 2027-02-30 over to March; writing the day back shows it.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== day) {
    item.fail('agreement_value_invalid', `\`${day}\` is not a day`, key)
  }
  return day
}
