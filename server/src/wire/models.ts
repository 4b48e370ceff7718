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
  /** When it was first listed here; 0 where nobody wrote it down. What the vendor calls creation is not ours to know. */
  readonly sinceMs: number
}

/** `GET /v1/models`. */
export function modelsAnswer(shape: 'openai' | 'anthropic', models: readonly ListedModel[]): JsonObject {
  const data = models.map((model) => modelAnswer(shape, model))
  if (shape === 'openai') return { object: 'list', data }
  return { data, has_more: false, first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null }
}

/** `GET /v1/models/ID`. */
export function modelAnswer(shape: 'openai' | 'anthropic', model: ListedModel): JsonObject {
  const { id, owner, displayName, sinceMs } = model
  if (shape === 'openai') return { id, object: 'model', created: Math.floor(sinceMs / 1000), owned_by: owner }
  const createdAt = new Date(sinceMs).toISOString().replace('.000Z', 'Z')
  return { type: 'model', id, display_name: displayName, created_at: createdAt }
}
