/**
 * Files that hold one private key: readable by their owner only.
 *
 * The form is ours and small; an institution keeps its keys in hardware and uses files for rehearsal.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { checkPrivateFile } from '../base/index.ts'
import { IdentityError } from './error.ts'
import { type KeyPair, keyPairFromSeed } from './key.ts'
import { object, oneOf, ShapeError, text } from './shape.ts'

const KEY_FILE_MODE = 0o600

/** What can hold a key. */
export type OwnerKind = 'party' | 'institution' | 'integrator' | 'actor'

/** Who a key belongs to. */
export interface KeyHolder {
  readonly kind: OwnerKind
  readonly id: string
}

/** What a key file says: the programme, whose key it is, and the key. */
export interface KeyFile {
  /** Programme the key is enrolled in. */
  readonly programme: string
  readonly holder: KeyHolder
  readonly key: KeyPair
}

const shape = object({
  programme: text(64),
  holder: object({ kind: oneOf(['party', 'institution', 'integrator', 'actor']), id: text(64) }),
  key: text(16, /^[0-9a-f]{16}$/),
  public: text(44),
  seed: text(44),
})

/** Writes a new key file. @throws {Error} `EEXIST`: a key is never overwritten */
export function writeKeyFile(file: string, { programme, holder, key }: KeyFile): void {
  const json = { programme, holder, key: key.id, public: key.public, seed: key.seed }
  writeFileSync(file, `${JSON.stringify(json, null, 2)}\n`, { mode: KEY_FILE_MODE, flag: 'wx', flush: true })
}

/** @throws {IdentityError} `programme_key_file_malformed` {PlaceError} `place_exposed`, `place_foreign`; {Error} when the file cannot be read */
export function readKeyFile(file: string): KeyFile {
  try {
    const json = shape(JSON.parse(readFileSync(file, 'utf8')), '')
    const key = keyPairFromSeed(json.seed)
    if (key.id !== json.key || key.public !== json.public) {
      throw malformed(file, 'the private and the public key do not belong together')
    }
    checkPrivateFile(file)
    return { programme: json.programme, holder: json.holder, key }
  } catch (error) {
    const noSeed = error instanceof IdentityError && error.code === 'identity_seed_malformed'
    if (noSeed || error instanceof ShapeError || error instanceof SyntaxError) {
      throw malformed(file, error.message, error)
    }
    throw error
  }
}

function malformed(file: string, why: string, cause?: unknown): IdentityError {
  return new IdentityError('programme_key_file_malformed', `\`${file}\` is no key file: ${why}`, { cause })
}
