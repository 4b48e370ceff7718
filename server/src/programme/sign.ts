/** Signing statements, for the command line, the sample programme and tests. The console signs in the browser. */
import { randomBytes } from 'node:crypto'
import { type SignedStatement, type StatementBody, statementBytes } from 'sekisho-verify'
import type { SigningKey } from '../identity/index.ts'
import type { Payload, StatementType } from './kinds.ts'

/** A statement before it has a nonce and signatures. */
export interface StatementDraft<T extends StatementType> {
  readonly programme: string
  readonly type: T
  readonly issuedAtMs: number
  readonly payload: Payload<T>
}

/** The statement with a fresh nonce, signed by each key in turn. */
export function signStatement<T extends StatementType>(
  draft: StatementDraft<T>,
  keys: readonly SigningKey[],
): SignedStatement {
  // A payload is integer-only JSON by its shape.
  const body = {
    ...draft.payload,
    programme: draft.programme,
    type: draft.type,
    issued_at_ms: draft.issuedAtMs,
    nonce: randomBytes(16).toString('hex'),
  } as unknown as StatementBody
  return addSignatures({ body, signatures: [] }, keys)
}

/** The same statement with more signatures: parties sign one after the other. */
export function addSignatures(signed: SignedStatement, keys: readonly SigningKey[]): SignedStatement {
  const bytes = statementBytes(signed.body)
  const added = keys.map((key) => ({ key: key.id, sig: key.sign(bytes).toString('base64') }))
  return { body: signed.body, signatures: [...signed.signatures, ...added] }
}
