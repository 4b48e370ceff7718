/**
 * Custody key files: the private half that an institution or a custodian keeps, away from the gateway.
 *
 * Spec: docs/spec/custody.md §2. Mode 0600, never overwritten.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { canonicalize, type JsonObject } from 'sekisho-verify'
import { CustodyError } from './error.ts'
import { privateKeyOf, rawPublicOf } from './hpke.ts'

export const CUSTODY_KEY_TYPE = 'sekisho/custody-key/v1'

export interface CustodyKeyFile {
  readonly owner: { readonly kind: 'institution' | 'custodian'; readonly id: string }
  readonly private: KeyObject
  /** Raw public key, base64: what a statement of type `custody.key` names. */
  readonly public: string
}

/** Makes a key and writes it. @throws when the file is there already */
export function makeCustodyKey(file: string, owner: CustodyKeyFile['owner']): CustodyKeyFile {
  const { privateKey } = generateKeyPairSync('x25519')
  const raw = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32)
  const publicKey = rawPublicOf(privateKey).toString('base64')
  const text = canonicalize({
    type: CUSTODY_KEY_TYPE,
    owner: { ...owner },
    public: publicKey,
    private: raw.toString('base64'),
  })
  const fd = openSync(file, 'wx', 0o600)
  try {
    writeSync(fd, `${text}\n`)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  return { owner, private: privateKey, public: publicKey }
}

/** @throws {CustodyError} `custody_key_file_malformed` */
export function readCustodyKey(file: string): CustodyKeyFile {
  let value: JsonObject
  try {
    value = JSON.parse(readFileSync(file, 'utf8')) as JsonObject // checked member by member below
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw malformed(file, cause)
  }
  const { type, owner, public: said, private: secret } = value ?? {}
  const { kind, id } = (owner ?? {}) as JsonObject // members are checked next
  const known = kind === 'institution' || kind === 'custodian'
  if (type !== CUSTODY_KEY_TYPE || !known || typeof id !== 'string' || typeof secret !== 'string')
    throw malformed(file)
  const key = privateKeyOf(Buffer.from(secret, 'base64'))
  const publicKey = rawPublicOf(key).toString('base64')
  if (said !== publicKey) throw malformed(file)
  return { owner: { kind, id }, private: key, public: publicKey }
}

function malformed(file: string, cause?: unknown): CustodyError {
  return new CustodyError('custody_key_file_malformed', `\`${file}\` is no custody key file`, { cause })
}
