/** `GET /v1/models`: what this gateway has an upstream for, in the shape the client expects. */
import type { IncomingHttpHeaders } from 'node:http'
import { type ModelEntry, modelState } from '../agreement/index.ts'
import { type ListedModel, modelAnswer, modelsAnswer } from '../wire/index.ts'
import type { GatewayDeps } from './deps.ts'

/** All models whose upstream is configured and which are not retired. */
export function listModels(headers: IncomingHttpHeaders, deps: GatewayDeps): Buffer {
  const shape = shapeOf(headers)
  const list = modelsAnswer(shape, available(deps).map(listed))
  // Codex reads `models`, its own catalogue of presets: none here, and it stops complaining.
  return Buffer.from(JSON.stringify(shape === 'openai' ? { ...list, models: [] } : list))
}

/** One model, or null. */
export function describeModel(id: string, headers: IncomingHttpHeaders, deps: GatewayDeps): Buffer | null {
  const entry = deps.models.find(id)
  if (entry === null || !available(deps).includes(entry)) return null
  return Buffer.from(JSON.stringify(modelAnswer(shapeOf(headers), listed(entry))))
}

function shapeOf(headers: IncomingHttpHeaders): 'openai' | 'anthropic' {
  return headers['anthropic-version'] === undefined ? 'openai' : 'anthropic'
}

function available(deps: GatewayDeps): ModelEntry[] {
  const nowMs = deps.clock.nowMs()
  return deps.models.models.filter(
    (entry) => deps.upstreams.has(entry.upstream) && modelState(entry, nowMs) === 'available',
  )
}

function listed(entry: ModelEntry): ListedModel {
  const sinceMs = entry.listedOn === null ? 0 : Date.parse(`${entry.listedOn}T00:00:00Z`)
  return { id: entry.id, owner: entry.upstream, displayName: entry.display, sinceMs }
}
