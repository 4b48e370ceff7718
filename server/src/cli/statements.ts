/** Statements made and signed on this side of the wire: private keys never leave it. */
import { randomBytes } from 'node:crypto'
import {
  type JsonObject,
  parseSignedStatement,
  type SignedStatement,
  type StatementBody,
} from 'sekisho-verify'
import type { SigningKey } from '../identity/index.ts'
import { addSignatures } from '../programme/index.ts'

/** Completes a body: members that every statement has are filled in where they are missing. */
export function statementBody(
  programme: string,
  nowMs: number,
  given: JsonObject & { readonly type: string },
): StatementBody {
  return { programme, issued_at_ms: nowMs, nonce: randomBytes(16).toString('hex'), ...given }
}

/** Adds the signatures of `keys`; a key that has signed already is not asked again. @throws {VerifyError} */
export function signWith(statement: SignedStatement, keys: readonly SigningKey[]): SignedStatement {
  const signed = new Set(statement.signatures.map((signature) => signature.key))
  return parseSignedStatement(
    addSignatures(
      statement,
      keys.filter((key) => !signed.has(key.id)),
    ),
  )
}
