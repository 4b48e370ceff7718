/**
 * sekisho-verify: everything needed to check a Sekisho ledger with public keys only.
 *
 * Zero dependencies; Node ≥ 20 and browsers. The server builds on these formats, never the reverse.
 * Specs: docs/spec/ledger.md, record.md, receipt.md. Reading a directory: `sekisho-verify/node`.
 */
export { canonicalize, type JsonObject, type JsonValue, parseCanonical } from './canonical.ts'
export { type Defect, VerifyError, type VerifyErrorCode } from './error.ts'
export { FIELD_NAMES, type FieldName } from './record.ts'
export {
  keyIdOf,
  parseSignedStatement,
  type SignedStatement,
  STATEMENT_BYTES_MAX,
  STATEMENT_CONTEXT,
  STATEMENT_SIGNATURES_MAX,
  type StatementBody,
  type StatementSignature,
  statementBytes,
  statementDigest,
  verifyStatement,
} from './statement.ts'
