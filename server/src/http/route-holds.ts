/**
 * Holds: which ones wait at an institution, what each would bind to, and the very prompt that was held.
 *
 * The prompt is decrypted from escrow for those who may approve it and for whoever asked it, nobody else; every reading
 * is logged with who read, and counted. Spec: docs/spec/http.md §2.
 */
import { createHash } from 'node:crypto'
import type { AdminCaller } from '../access/index.ts'
import type { AdminDeps } from './admin.ts'
import { json } from './answer.ts'
import { personOf } from './caller.ts'
import { HttpError } from './error.ts'
import { findHold, holdJson } from './hold-view.ts'
import type { Call, Route } from './route.ts'

export function holdRoutes(deps: AdminDeps): Route[] {
  const get = (
    path: string,
    answer: (call: Call, caller: AdminCaller) => ReturnType<Route['handle']>,
  ): Route => ({
    method: 'GET',
    path,
    proof: 'credential',
    handle: answer,
  })
  return [
    get('/v1/holds', (_call, caller) => listHolds(caller, deps)),
    get('/v1/holds/:id', async ({ params }, caller) =>
      json(200, holdJson(await findHold(params.id ?? '', caller, deps), deps)),
    ),
    get('/v1/holds/:id/content', ({ params }, caller) => readPrompt(params.id ?? '', caller, deps)),
  ]
}

/** Open holds that the caller may approve, or asked for. */
function listHolds(caller: AdminCaller, { programme }: AdminDeps) {
  const { actor, institution } = personOf(caller)
  const holds = programme
    .holds(institution.id)
    .filter((hold) => hold.actor === actor.id || actor.roles.some((role) => hold.roles.includes(role)))
    .map((hold) => ({
      id: hold.id,
      actor: hold.actor,
      engagement: hold.engagement,
      capability: hold.capability,
      model: hold.model,
      approvals_needed: hold.approvalsNeeded,
      roles: hold.roles,
      at_ms: hold.atMs,
      until_ms: hold.untilMs,
    }))
  return json(200, { holds })
}

async function readPrompt(id: string, caller: AdminCaller, deps: AdminDeps) {
  const { hold, entry } = await findHold(id, caller, deps)
  const { content } = entry
  if (!Buffer.isBuffer(content)) {
    throw new HttpError('http_content_unavailable', 'the content of this request can no longer be decrypted')
  }
  const read = { hold: hold.id, index: hold.index, by: caller.holder.id, credential: caller.tokenId }
  deps.logger.warn({ event: 'prompt_read', ...read, institution: hold.institution }, 'a held prompt was read')
  deps.metrics.contentOpened('hold')
  const text = content.toString('utf8')
  const exact = Buffer.from(text, 'utf8').equals(content)
  return json(200, {
    id: hold.id,
    index: hold.index,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    content: exact ? { utf8: text } : { base64: content.toString('base64') },
  })
}
