/**
 * A witness's keys and what it signs with them.
 *
 * Spec: c2sp.org/tlog-cosignature. Ed25519 signs the note, ML-DSA-44 signs names, size and root; a witness gives both.
 * Key files: PKCS #8 PEM, mode 0600, made once and never replaced by themselves.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Checkpoint,
  type CosignatureAlgorithm,
  type CosignerKey,
  cosignatureMessage,
  encodeTimestamped,
  formatCosignerKey,
  type Note,
  type NoteSignature,
  parseCosignerKey,
} from 'sekisho-verify'
import { checkPrivateFile, openPrivateDirectory } from '../base/index.ts'
import { WitnessError } from './error.ts'

export interface Cosigner {
  readonly key: CosignerKey
  /** Verifier key, for policies. */
  readonly vkey: string
  cosign(note: Note, checkpoint: Checkpoint, timeS: number): NoteSignature
}

/** @throws {WitnessError} `witness_key_malformed` */
export function createCosigner(name: string, privateKey: KeyObject): Cosigner {
  const algorithm = algorithmOf(privateKey)
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' })
  const publicKey = Buffer.from(String(algorithm === 'ed25519' ? jwk.x : jwk.pub), 'base64url')
  if (!/^[^+\s\p{Cc}]{1,200}$/u.test(name))
    throw new WitnessError('witness_key_malformed', `name \`${name}\` must be without spaces and plus signs`)
  const vkey = formatCosignerKey(name, algorithm, publicKey)
  const key = parseCosignerKey(vkey)
  return {
    key,
    vkey,
    cosign(note, checkpoint, timeS) {
      const message = cosignatureMessage(key, BigInt(timeS), note.text, checkpoint)
      const signature = encodeTimestamped(BigInt(timeS), sign(null, message, privateKey))
      return { name, keyId: key.keyId, signature }
    },
  }
}

/**
 * Reads the key of each algorithm from `dir`, made when absent.
 *
 * @throws {WitnessError} `witness_key_malformed`
 * @throws {PlaceError} others could read or replace a key
 */
export function openCosigners(
  dir: string,
  name: string,
  algorithms: readonly CosignatureAlgorithm[],
): Cosigner[] {
  openPrivateDirectory(dir)
  return algorithms.map((algorithm) => {
    const file = join(dir, `${algorithm}.pem`)
    if (!existsSync(file)) makeKey(file, dir, algorithm)
    checkPrivateFile(file)
    let privateKey: KeyObject
    try {
      privateKey = createPrivateKey(readFileSync(file))
    } catch (cause) {
      throw new WitnessError('witness_key_malformed', `\`${file}\` is not a private key in PEM`, { cause })
    }
    if (algorithmOf(privateKey) !== algorithm)
      throw new WitnessError('witness_key_malformed', `\`${file}\` is not an ${algorithm} key`)
    return createCosigner(name, privateKey)
  })
}

function algorithmOf(privateKey: KeyObject): CosignatureAlgorithm {
  const type: string | undefined = privateKey.asymmetricKeyType
  if (privateKey.type === 'private' && (type === 'ed25519' || type === 'ml-dsa-44')) return type
  throw new WitnessError('witness_key_malformed', 'a witness signs with an Ed25519 or ML-DSA-44 private key')
}

function makeKey(file: string, dir: string, algorithm: CosignatureAlgorithm): void {
  const { privateKey } =
    algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ml-dsa-44')
  // `wx`: a key that is there is never written over.
  const fd = openSync(file, 'wx', 0o600)
  try {
    writeSync(fd, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  const directory = openSync(dir, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
