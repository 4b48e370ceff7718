/** `GET /v1/models`: what the caller's institution could ask for, in the shape its client expects. */
import type { IncomingHttpHeaders } from 'node:http'
import { type ModelEntry, modelState } from '../agreement/index.ts'
import type { GatewayDeps } from './deps.ts'

/** All models whose upstream is configured and which are not retired. Both vendors' members stand in each object. */
export function listModels(headers: IncomingHttpHeaders, deps: GatewayDeps): Buffer {
  const models = available(deps).map(describe)
  const anthropic = headers['anthropic-version'] !== undefined
  const list = anthropic
    ? { data: models, has_more: false, first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null }
    : // Codex reads `models`, its own catalogue of presets: none here, and it stops complaining.
      { object: 'list', data: models, models: [] }
  return Buffer.from(JSON.stringify(list))
}

/** One model, or null. */
export function describeModel(id: string, deps: GatewayDeps): Buffer | null {
  const entry = deps.models.find(id)
  if (entry === null || !available(deps).includes(entry)) return null
  return Buffer.from(JSON.stringify(describe(entry)))
}

function available(deps: GatewayDeps): ModelEntry[] {
  const nowMs = deps.clock.nowMs()
  return deps.models.models.filter(
    (entry) => deps.upstreams.has(entry.upstream) && modelState(entry, nowMs) === 'available',
  )
}

function describe(entry: ModelEntry) {
  return {
    id: entry.id,
    object: 'model',
    type: 'model',
    created: 0,
    created_at: '1970-01-01T00:00:00Z',
    owned_by: entry.upstream,
    display_name: entry.display,
    tier: entry.tier,
  }
}
