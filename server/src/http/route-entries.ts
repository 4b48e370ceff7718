/**
 * One ledger entry in clear, for those of its institution who answer for it.
 *
 * What a person asked a model is for few eyes: internal audit and operations leads, of the same institution, and every
 * opening leaves a line in the log.
 */
import type { AdminCaller } from '../access/index.ts'
import type { StoredEntry } from '../ledger/index.ts'
import type { AdminDeps } from './admin.ts'
import { json } from './answer.ts'
import { HttpError } from './error.ts'
import type { Call, Route } from './route.ts'

const OPENING_ROLES: readonly string[] = ['internal_audit', 'operations_lead']

export function entryRoutes(deps: AdminDeps): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/entries/:index',
      proof: 'credential',
      handle: (call, caller) => openEntry(call, caller, deps),
    },
  ]
}

async function openEntry({ params }: Call, caller: AdminCaller, deps: AdminDeps) {
  const index = /^(0|[1-9]\d{0,14})$/.test(params.index ?? '') ? Number(params.index) : -1
  const entry = index >= 0 && index < deps.ledger.size() ? await deps.ledger.read(index) : null
  if (entry === null || !mayOpen(caller, entry)) {
    throw new HttpError(
      'http_entry_unknown',
      'no such entry of your institution, or not for your role: internal audit and operations leads open them',
    )
  }
  deps.logger.warn({ event: 'entry_opened', index, by: caller.holder.id }, 'an entry was opened')
  deps.metrics.contentOpened('entry')
  const content = entry.class !== 'exchange' ? null : entry.content
  return json(200, {
    index: entry.index,
    kind: entry.kind,
    time_ms: entry.timeMs,
    fields: entry.fields,
    statement: entry.class === 'statement' ? entry.statement : null,
    content: Buffer.isBuffer(content) ? { utf8: content.toString('utf8') } : content,
  })
}

/** Statements are public anyway; an exchange is its institution's. */
function mayOpen({ actor, institution }: AdminCaller, entry: StoredEntry): boolean {
  if (entry.class === 'statement') return true
  if (actor === null || institution === null || entry.fields === 'unavailable') return false
  if (entry.fields.institution !== institution.id) return false
  return actor.roles.some((role) => OPENING_ROLES.includes(role))
}
