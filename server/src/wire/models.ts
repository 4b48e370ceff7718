/**
 * Model lists in the two vendors' shapes.
 *
 * Spec: docs/spec/wire.md §1. Only what the caller may use belongs in the list; that is the gateway's to decide.
 */
import type { JsonObject } from './request.ts'

export interface ListedModel {
  readonly id: string
  readonly owner: string
  readonly displayName: string
}

/** The models' `created` is not ours to know: the epoch says so. */
const CREATED_S = 0

/** `GET /v1/models`. */
export function modelsAnswer(shape: 'openai' | 'anthropic', models: readonly ListedModel[]): JsonObject {
  const data = models.map((model) => modelAnswer(shape, model))
  if (shape === 'openai') return { object: 'list', data }
  return { data, has_more: false, first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null }
}

/** `GET /v1/models/ID`. */
export function modelAnswer(shape: 'openai' | 'anthropic', model: ListedModel): JsonObject {
  if (shape === 'openai') return { id: model.id, object: 'model', created: CREATED_S, owned_by: model.owner }
  return { type: 'model', id: model.id, display_name: model.displayName, created_at: '1970-01-01T00:00:00Z' }
}
