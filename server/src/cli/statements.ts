/** Statements made and signed on this side of the wire: private keys never leave it. */
import { randomBytes } from 'node:crypto'
import {
  type JsonObject,
  parseSignedStatement,
  type SignedStatement,
  type StatementBody,
  statementBytes,
} from 'sekisho-verify'
import type { SigningKey } from '../programme/index.ts'

/** Completes a body: members that every statement has are filled in where they are missing. */
export function statementBody(
  programme: string,
  nowMs: number,
  given: JsonObject & { readonly type: string },
): StatementBody {
  return { programme, issued_at_ms: nowMs, nonce: randomBytes(16).toString('hex'), ...given }
}

/** Adds the signatures of `keys`; a key that has signed already is not asked again. @throws {VerifyError} */
export function signStatement(
  statement: { readonly body: StatementBody; readonly signatures?: SignedStatement['signatures'] },
  keys: readonly SigningKey[],
): SignedStatement {
  const bytes = statementBytes(statement.body)
  const signatures = [...(statement.signatures ?? [])]
  for (const key of keys) {
    if (signatures.some((signature) => signature.key === key.id)) continue
    signatures.push({ key: key.id, sig: key.sign(bytes).toString('base64') })
  }
  return parseSignedStatement({ body: statement.body, signatures })
}
