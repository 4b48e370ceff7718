/**
 * Whose keys signed the published statements: the history of keys, folded from the founding statement.
 *
 * Spec: docs/spec/statement.md §2–§5. Checked: form, one programme, founding first, nonces, that every signature
 * verifies under a key that an earlier statement introduced and none revoked. Not checked: that the signers were
 * entitled, enough, or active, and what the statements do; that takes the agreement and the whole fold.
 * Threat: whoever holds the log key can write any entry, but has no key of a party, institution or person.
 */
import { fromBase64 } from './bytes.ts'
import type { JsonValue } from './canonical.ts'
import { VerifyError, type VerifyErrorCode } from './error.ts'
import { keyIdOf, parseSignedStatement, type StatementBody, verifyStatement } from './statement.ts'

/** As the fold has it: outside of this a statement stands in the ledger without effect. */
const AGE_MS_MAX = 7 * 24 * 3_600_000
const AHEAD_MS_MAX = 5 * 60_000

interface Key {
  readonly public: Uint8Array
  revoked: boolean
}

export class StatementKeys {
  readonly #keys = new Map<string, Key>()
  readonly #nonces = new Set<string>()
  /** An integrator admitted again keeps its keys: those named then are not enrolled. */
  readonly #integrators = new Set<string>()
  #programme: string | null = null

  /**
   * Checks the next statement of the chain and takes over its keys. Statements are given in the order of the ledger.
   *
   * @param timeMs the entry's own time
   * @throws {VerifyError} `statement_not_founded`, `statement_already_founded`, `statement_foreign_programme`,
   *   `statement_replayed`, `statement_key_unknown`, `statement_key_revoked`, those of `verifyStatement`
   */
  async follow(value: JsonValue, timeMs: JsonValue, place: string): Promise<void> {
    try {
      await this.#follow(value, timeMs, place)
    } catch (error) {
      if (!(error instanceof VerifyError) || error.place === place) throw error
      const within = error.place === undefined ? place : `${place} ${error.place}`
      throw new VerifyError(error.code, error.message, { place: within, cause: error })
    }
  }

  async #follow(value: JsonValue, timeMs: JsonValue, place: string): Promise<void> {
    const { body, signatures } = parseSignedStatement(value)
    this.#checkStanding(body, place)
    const brought = bringsItsKeys(body) ? keysIn(body) : []
    const known = new Map(
      brought.map((key): [string, Key] => [keyIdOf(key), { public: key, revoked: false }]),
    )
    for (const [id, key] of this.#keys) known.set(id, key)
    for (const { key } of signatures) {
      const found = known.get(key)
      if (found === undefined)
        throw defect('statement_key_unknown', `no statement before introduced the key \`${key}\``, place)
      if (found.revoked) throw defect('statement_key_revoked', `key \`${key}\` was revoked before`, place)
    }
    await verifyStatement(value, (id) => known.get(id)?.public ?? null)
    this.#programme ??= body.programme
    this.#nonces.add(body.nonce)
    const fresh = typeof timeMs === 'number' && isFresh(body.issued_at_ms, timeMs)
    if (fresh || body.type === 'programme.found') this.#apply(body)
  }

  #checkStanding(body: StatementBody, place: string): void {
    const founding = body.type === 'programme.found'
    if (this.#programme === null && !founding)
      throw defect('statement_not_founded', `the first statement is \`${body.type}\``, place)
    if (this.#programme !== null && founding)
      throw defect('statement_already_founded', 'the programme is founded a second time', place)
    if (this.#programme !== null && body.programme !== this.#programme) {
      throw defect(
        'statement_foreign_programme',
        `the statement is of programme \`${body.programme}\``,
        place,
      )
    }
    if (this.#nonces.has(body.nonce))
      throw defect('statement_replayed', 'the same statement stands in the ledger before', place)
  }

  #apply(body: StatementBody): void {
    if (body.type === 'key.revoke') {
      const key = typeof body.key === 'string' ? this.#keys.get(body.key) : undefined
      if (key !== undefined) key.revoked = true
      return
    }
    if (body.type === 'integrator.admit') {
      if (this.#integrators.has(String(body.id))) return
      this.#integrators.add(String(body.id))
    }
    // A key introduced before stays what it is: naming it again does not undo that it was revoked.
    for (const key of keysIn(body)) {
      const id = keyIdOf(key)
      if (!this.#keys.has(id)) this.#keys.set(id, { public: key, revoked: false })
    }
  }
}

function isFresh(issuedMs: number, timeMs: number): boolean {
  return issuedMs <= timeMs + AHEAD_MS_MAX && issuedMs >= timeMs - AGE_MS_MAX
}

function bringsItsKeys(body: StatementBody): boolean {
  return body.type === 'programme.found' || body.type === 'proposal.adopt'
}

/** Raw public keys that a statement enrols, by its type. */
function keysIn(body: StatementBody): Uint8Array[] {
  switch (body.type) {
    case 'programme.found':
    case 'proposal.adopt':
      return items(body.parties).flatMap((party) => items(member(party, 'keys')).map(rawKey))
    case 'institution.register':
    case 'integrator.admit':
    case 'person.enrol':
    case 'service.enrol':
      return items(body.keys).map(rawKey)
    case 'key.add':
      return [rawKey(body.key)]
    default:
      return []
  }
}

function rawKey(value: JsonValue | undefined): Uint8Array {
  const text = member(value, 'public')
  const key = typeof text === 'string' ? fromBase64(text, 'body.keys') : new Uint8Array()
  if (key.length === 32) return key
  throw defect('statement_malformed', 'a key is not 32 bytes in base64', 'body.keys')
}

function items(value: JsonValue | undefined): readonly JsonValue[] {
  if (Array.isArray(value)) return value
  throw defect('statement_malformed', 'a list is missing', 'body')
}

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return (value as Readonly<Record<string, JsonValue>>)[name] // arrays and null are excluded above
}

function defect(code: VerifyErrorCode, message: string, place: string): VerifyError {
  return new VerifyError(code, message, { place })
}
