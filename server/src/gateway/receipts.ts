/**
 * `GET /v1/receipts/{id}`: the receipt of an exchange, for its own actor and for those who audit the institution.
 *
 * HOSTILE: receipt ids count up. One of somebody else and one that does not exist are answered alike.
 */
import { type Principal, type Role, standingOf } from '../programme/index.ts'
import type { GatewayDeps } from './deps.ts'
import { GatewayError } from './error.ts'
import { parseReceiptId } from './respond.ts'

/** Roles that may read the receipts of their whole institution. */
const READS_ALL: ReadonlySet<Role> = new Set(['internal_audit', 'operations_lead'])

/** A tlog-proof file. @throws {GatewayError} `gateway_receipt_unknown` */
export async function readReceipt(id: string, principal: Principal, deps: GatewayDeps): Promise<Buffer> {
  const index = parseReceiptId(id)
  // A caller of any standing may prove what was decided about its own request; colleagues' records need good standing.
  const all = readsAll(principal) && standingOf(principal, deps.authority.snapshot()) === 'good'
  const reader = { institution: principal.institution.id, actor: all ? null : principal.actor.id }
  const receipt = index === null ? null : await deps.desk.receipt(index, reader)
  if (receipt !== null) return Buffer.from(receipt)
  throw new GatewayError('gateway_receipt_unknown', `no receipt \`${id.slice(0, 60)}\` that you may read`)
}

function readsAll(principal: Principal): boolean {
  return principal.delegation === null && principal.actor.roles.some((role) => READS_ALL.has(role))
}
