/**
 * Reading a signed statement: its form, then the closed shape of its kind's payload.
 *
 * Spec: docs/spec/statement.md §2, §4.
 */
import {
  canonicalize,
  parseSignedStatement,
  type SignedStatement,
  statementBytes,
  statementDigest,
  VerifyError,
} from 'sekisho-verify'
import { ShapeError } from '../identity/index.ts'
import { ProgrammeError } from './error.ts'
import { KINDS, type Payload, type StatementType } from './kinds.ts'
/** A statement whose form is right: nothing is known yet about who signed it. */
export type Statement = {
  [T in StatementType]: {
    readonly type: T
    readonly programme: string
    readonly issuedAtMs: number
    readonly nonce: string
    readonly payload: Payload<T>
    /** Names the body: SHA-256 (hex) of what is signed. */
    readonly digest: string
    readonly bytes: Uint8Array
    readonly signatures: SignedStatement['signatures']
  }
}[StatementType]

/**
 * Reads a signed statement strictly, its payload included.
 *
 * @throws {ProgrammeError} `statement_malformed`, `statement_too_large`, `statement_type_unknown`,
 *   `statement_payload_invalid`, `statement_unsigned`
 */
export function parseStatement(value: unknown): Statement {
  const { body, signatures } = parseForm(value)
  const { programme, type, issued_at_ms: issuedAtMs, nonce, ...payload } = body
  if (!Object.hasOwn(KINDS, type)) {
    throw new ProgrammeError(
      'statement_type_unknown',
      `statement type \`${type}\` is not known to this build`,
    )
  }
  if (signatures.length === 0) throw new ProgrammeError('statement_unsigned', 'the statement is not signed')
  const { shape } = KINDS[type as StatementType]
  try {
    // The shape of `type` returns the payload of `type`; TypeScript cannot follow the pair through the table.
    return {
      type,
      programme,
      issuedAtMs,
      nonce,
      payload: shape(payload, ''),
      digest: statementDigest(body),
      bytes: statementBytes(body),
      signatures,
    } as Statement
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    throw new ProgrammeError('statement_payload_invalid', `\`${type}\`: ${error.message}`, { cause: error })
  }
}

function parseForm(value: unknown): SignedStatement {
  const signed = refusing('statement_malformed', () => parseSignedStatement(value))
  refusing('statement_malformed', () => canonicalize(signed.body))
  // What is canonical JSON can only be refused for its size.
  refusing('statement_too_large', () => statementBytes(signed.body))
  return signed
}

function refusing<T>(code: 'statement_malformed' | 'statement_too_large', read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error
    throw new ProgrammeError(code, `${error.place ?? 'statement'}: ${error.message}`, { cause: error })
  }
}
