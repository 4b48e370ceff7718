/**
 * `GET /v1/receipts/{id}`: the receipt of an exchange, for a caller of the same institution.
 *
 * An index of another institution and one that does not exist are answered alike.
 */
import type { Principal } from '../programme/index.ts'
import type { GatewayDeps } from './deps.ts'
import { GatewayError } from './error.ts'
import { parseReceiptId } from './respond.ts'

/** A tlog-proof file. @throws {GatewayError} `gateway_receipt_unknown` */
export async function readReceipt(id: string, principal: Principal, deps: GatewayDeps): Promise<Buffer> {
  const index = parseReceiptId(id)
  const receipt = index === null ? null : await deps.desk.receipt(index, principal.institution.id)
  if (receipt !== null) return Buffer.from(receipt)
  throw new GatewayError('gateway_receipt_unknown', `no receipt \`${id.slice(0, 60)}\` of your institution`)
}
