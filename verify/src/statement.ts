/**
 * Signed statements: everything that changes what is allowed.
 *
 * Spec: docs/spec/statement.md. A statement is `{body, signatures}`; what is signed is the line
 * `sekisho/statement/v1` and the canonical JSON of the body, so a signature over a statement can never be
 * taken for one over anything else, and one body has one byte sequence.
 * Input is attacker-controlled: every defect is a VerifyError with its own code, never a crash.
 */
import { verifyEd25519 } from '#ed25519'
import { sha256 } from '#sha256'
import { fromBase64, toHex, utf8 } from './bytes.ts'
import { canonicalize, type JsonObject, type JsonValue } from './canonical.ts'
import { VerifyError } from './error.ts'

/** First line of what is signed. */
export const STATEMENT_CONTEXT = 'sekisho/statement/v1\n'
/** Signatures on one statement; three parties with three keys each are nine. */
export const STATEMENT_SIGNATURES_MAX = 32
/** Canonical bytes of one body. */
export const STATEMENT_BYTES_MAX = 262_144

const KEY_ID = /^[0-9a-f]{16}$/
const NONCE = /^[0-9a-f]{32}$/
const TYPE = /^[a-z][a-z_]{0,31}\.[a-z][a-z_]{0,31}$/
const PROGRAMME = /^[a-z0-9][a-z0-9.-]{0,63}$/

/** What every body holds; the other members are the type's own. */
export interface StatementBody extends JsonObject {
  /** Programme id: a statement of one programme means nothing in another. */
  readonly programme: string
  /** `noun.verb`, as listed in docs/spec/statement.md §4. */
  readonly type: string
  readonly issued_at_ms: number
  /** 16 random bytes, hex: a statement counts once. */
  readonly nonce: string
}

export interface StatementSignature {
  /** Key id: first 16 hex digits of SHA-256 over the raw public key. */
  readonly key: string
  /** Ed25519, base64. */
  readonly sig: string
}

export interface SignedStatement {
  readonly body: StatementBody
  readonly signatures: readonly StatementSignature[]
}

/** The bytes that are signed. @throws {VerifyError} those of `canonicalize`; `statement_malformed` when too large */
export function statementBytes(body: StatementBody): Uint8Array {
  const bytes = utf8(STATEMENT_CONTEXT + canonicalize(body))
  if (bytes.length <= STATEMENT_BYTES_MAX) return bytes
  throw malformed(`a statement is at most ${STATEMENT_BYTES_MAX} bytes, this one is ${bytes.length}`, 'body')
}

/** Names a body: SHA-256 (hex) of what is signed. */
export function statementDigest(body: StatementBody): string {
  return toHex(sha256(statementBytes(body)))
}

/** Key id of a raw Ed25519 public key. */
export function keyIdOf(publicKey: Uint8Array): string {
  return toHex(sha256(publicKey)).slice(0, 16)
}

/**
 * Reads `{body, signatures}` strictly; the members of the type itself are the caller's to check.
 *
 * @throws {VerifyError} `statement_malformed`, `statement_signature_malformed`
 */
export function parseSignedStatement(value: unknown): SignedStatement {
  const signed = members(value, ['body', 'signatures'], 'statement')
  const body = signed.body
  if (!isObject(body)) throw malformed('`body` is not an object', 'body')
  check(typeof body.programme === 'string' && PROGRAMME.test(body.programme), 'programme')
  check(typeof body.type === 'string' && TYPE.test(body.type), 'type')
  check(typeof body.nonce === 'string' && NONCE.test(body.nonce), 'nonce')
  const issued = body.issued_at_ms
  check(typeof issued === 'number' && Number.isSafeInteger(issued) && issued >= 0, 'issued_at_ms')
  const signatures = signed.signatures
  if (!Array.isArray(signatures)) throw malformed('`signatures` is not an array', 'signatures')
  if (signatures.length > STATEMENT_SIGNATURES_MAX) {
    throw malformed(`more than ${STATEMENT_SIGNATURES_MAX} signatures`, 'signatures')
  }
  // The four members every body has were checked above.
  return { body: body as unknown as StatementBody, signatures: parseSignatures(signatures) }
}

/**
 * Checks every signature of a statement, and that there is at least one.
 *
 * @param publicKeyOf raw 32-byte public key by key id, or null when the key is not known
 * @returns the key ids that signed
 * @throws {VerifyError} `statement_malformed`, `statement_signature_malformed`, `statement_signature_invalid`
 */
export async function verifyStatement(
  value: unknown,
  publicKeyOf: (keyId: string) => Uint8Array | null,
): Promise<readonly string[]> {
  const { body, signatures } = parseSignedStatement(value)
  if (signatures.length === 0) throw unsigned()
  const bytes = statementBytes(body)
  for (const { key, sig } of signatures) {
    const publicKey = publicKeyOf(key)
    if (publicKey === null || keyIdOf(publicKey) !== key) throw invalid(key, 'the key is not known')
    if (!(await verifyEd25519(publicKey, bytes, fromBase64(sig)))) throw invalid(key, 'it does not verify')
  }
  return signatures.map(({ key }) => key)
}

function parseSignatures(items: readonly unknown[]): StatementSignature[] {
  const seen = new Set<string>()
  return items.map((item, i) => {
    const place = `signatures[${i}]`
    const { key, sig } = members(item, ['key', 'sig'], place)
    if (typeof key !== 'string' || !KEY_ID.test(key)) throw malformedSignature('`key` is not a key id', place)
    if (typeof sig !== 'string' || sig.length !== 88) throw malformedSignature('`sig` is not 64 bytes', place)
    if (seen.has(key)) throw malformedSignature(`key \`${key}\` signed twice`, place)
    seen.add(key)
    if (fromBase64(sig).length !== 64) throw malformedSignature('`sig` is not 64 bytes', place)
    return { key, sig }
  })
}

/** An object with exactly these members. */
function members(value: unknown, names: readonly string[], place: string): Record<string, unknown> {
  if (!isObject(value)) throw malformed('not an object', place)
  const extra = Object.keys(value).find((name) => !names.includes(name))
  if (extra !== undefined) throw malformed(`member \`${extra}\` is not known`, place)
  const absent = names.find((name) => !Object.hasOwn(value, name))
  if (absent !== undefined) throw malformed(`member \`${absent}\` is missing`, place)
  return value
}

function isObject(value: unknown): value is Record<string, JsonValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function check(good: boolean, member: string): void {
  if (!good) throw malformed(`\`${member}\` is missing or not of its form`, `body.${member}`)
}

function malformed(message: string, place: string): VerifyError {
  return new VerifyError('statement_malformed', message, { place })
}

function malformedSignature(message: string, place: string): VerifyError {
  return new VerifyError('statement_signature_malformed', message, { place })
}

function unsigned(): VerifyError {
  return new VerifyError('statement_signature_invalid', 'the statement is not signed', {
    place: 'signatures',
  })
}

function invalid(key: string, why: string): VerifyError {
  return new VerifyError('statement_signature_invalid', `signature by \`${key}\`: ${why}`, { place: key })
}
