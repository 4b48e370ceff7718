/**
 * sekisho-verify: everything needed to check a Sekisho ledger with public keys only.
 *
 * Zero dependencies; Node ≥ 20 and browsers. The server builds on these formats, never the reverse.
 * Specs: docs/spec/ledger.md, record.md, receipt.md. Reading a directory: `sekisho-verify/node`.
 */
export { sha256 } from '#sha256'
export { concat, equalBytes, fromBase64, fromUtf8, toBase64, toHex, utf8 } from './bytes.ts'
export { canonicalize, type JsonObject, type JsonValue, parseCanonical } from './canonical.ts'
export { type Checkpoint, formatCheckpoint, parseCheckpoint, verifyCheckpoint } from './checkpoint.ts'
export { checkConsistency } from './consistency.ts'
export {
  type Cosignature,
  type CosignatureAlgorithm,
  type CosignerKey,
  cosignatureMessage,
  encodeTimestamped,
  formatCosignerKey,
  parseCosignerKey,
  verifyCosignatures,
} from './cosignature.ts'
export { type Defect, VerifyError, type VerifyErrorCode } from './error.ts'
export { type FsckCheck, type FsckReport, fsck } from './fsck.ts'
export { CompactTree, EMPTY_ROOT, type Hash, leafHash, nodeHash, SIZE_MAX, treeRoot } from './merkle.ts'
export {
  formatNote,
  formatVerifierKey,
  type Note,
  type NoteSignature,
  noteKeyId,
  parseNote,
  parseVerifierKey,
  type VerifierKey,
  verifyNote,
} from './note.ts'
export * from './pack.ts'
export {
  isQuorum,
  type Policy,
  type PolicyLog,
  type PolicyWitness,
  parsePolicy,
  wantsWitnesses,
} from './policy.ts'
export { verifyConsistency, verifyInclusion } from './proof.ts'
export { type NodeReader, proveConsistency, proveInclusion, rootFrom } from './prove.ts'
export { proveRange, type Span, verifyRange } from './range.ts'
export { type LedgerReader, urlReader } from './reader.ts'
export {
  formatReceipt,
  parseReceipt,
  RECEIPT_TYPE,
  type ReceiptParts,
  type Slot,
  type VerifiedReceipt,
  verifyReceipt,
  verifyWitnessedReceipt,
} from './receipt.ts'
export {
  commitField,
  encodeLeaf,
  FIELD_NAMES,
  FIELD_PREFIX,
  type FieldName,
  type Fields,
  LEAF_BYTES,
  LEAF_MAGIC,
  LEAF_MAGIC_BYTES,
  type Leaf,
  type LeafClass,
  leafClass,
  parseLeaf,
  RECORD_PREFIX,
  recordRoot,
  recordRootOf,
  SALT_BYTES,
  type Salts,
} from './record.ts'
export { drawSample } from './sample.ts'
export * from './statement.ts'
export { parseHead, STATEMENT_HEAD, statementPath, walkStatements } from './statement-chain.ts'
export {
  encodeStatementEntry,
  openStatementEntry,
  parseStatementEntry,
  STATEMENT_ENTRY_TYPE,
  type StatementEntry,
} from './statement-entry.ts'
export { StatementKeys } from './statement-keys.ts'
export { PACK_FILES_MAX, PACK_PATH, readTar, writeTar } from './tar.ts'
export {
  encodeBundle,
  foldTile,
  levelWidth,
  nodesFromTiles,
  parseBundle,
  parseTile,
  TILE_WIDTH,
  type TileRef,
  tileAt,
  tilePath,
} from './tile.ts'
export { nodesOf, readBundle, readTile } from './tiles-reader.ts'
export { formatTlogProof, parseTlogProof, type TlogProof, verifyTlogProof } from './tlog-proof.ts'
export {
  type LedgerCheck,
  type LedgerReport,
  type SavedCheckpoint,
  type SavedHead,
  verifyLedger,
} from './verify-ledger.ts'
export { encodeSpan, openPack, type PackReport, verifyPack } from './verify-pack.ts'
export { type AskedWitness, askWitnesses } from './witness-files.ts'
export {
  COSIGNATURE_AHEAD_S,
  readWitnessed,
  verifyWitnessed,
  type WitnessedCheckpoint,
  type WitnessWord,
} from './witnessed.ts'
export {
  type CustodianSeat,
  type Envelope,
  envelopeInfo,
  epochKeyCheck,
  formatWrappedKey,
  groupsOf,
  isWrappedKey,
  parseWrappedKey,
  WRAPPED_KEY_TYPE,
  type WrappedKey,
} from './wrapped-key.ts'
