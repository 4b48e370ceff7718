/**
 * Keys of the sample programme: made on the first start, one file a key, in `DATA_DIR/sample-keys`.
 *
 * Threat: keys that lie on a disk in the clear. A programme founded with them says so for ever
 * (`snapshot.sample`), and is refused on any listener but loopback.
 */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { checkPrivateFile, openPrivateDirectory } from '../base/index.ts'
import { type CustodyKeyFile, makeCustodyKey, readCustodyKey } from '../custody/index.ts'
import {
  generateKeyPair,
  type KeyHolder,
  type KeyPair,
  readKeyFile,
  writeKeyFile,
} from '../identity/index.ts'
import { ProgrammeError } from '../programme/index.ts'

/** Reads a holder's keys, making them when they are not there and `mayMake`. */
export interface SampleKeys {
  readonly directory: string
  /** The first key of a holder. */
  of(holder: KeyHolder): KeyPair
  all(holder: KeyHolder, count: number): readonly KeyPair[]
  /** The key of a holder that no statement names yet: made when it is not there. */
  fresh(holder: KeyHolder): KeyPair
  /** The key that epochs are wrapped to; made when it is not there. */
  custody(owner: CustodyKeyFile['owner']): CustodyKeyFile
}

/**
 * @param mayMake false once the programme is founded: new keys would be nobody's
 * @throws {ProgrammeError} `programme_sample_keys_incomplete`; {IdentityError} `programme_key_file_malformed`, {PlaceError}
 */
export function openSampleKeys(dataDir: string, programme: string, mayMake: boolean): SampleKeys {
  const directory = path.join(dataDir, 'sample-keys')
  openPrivateDirectory(directory)
  for (const name of sampleKeyNames(dataDir)) checkPrivateFile(path.join(directory, `${name}.json`))
  const loaded = new Map<string, KeyPair>()

  const load = (holder: KeyHolder, number: number, make = mayMake): KeyPair => {
    const name = number === 1 ? holder.id : `${holder.id}-${number}`
    const known = loaded.get(name)
    if (known !== undefined) return known
    const key = readOrMake(path.join(directory, `${name}.json`), holder, make)
    loaded.set(name, key)
    return key
  }
  const readOrMake = (file: string, holder: KeyHolder, make: boolean): KeyPair => {
    if (existsSync(file)) return readKeyFile(file).key
    if (!make) {
      throw new ProgrammeError(
        'programme_sample_keys_incomplete',
        `\`${file}\` is missing: the sample programme was founded with it; restore it or start with a new data directory`,
      )
    }
    const key = generateKeyPair()
    writeKeyFile(file, { programme, holder, key })
    return key
  }
  return {
    directory,
    of: (holder) => load(holder, 1),
    fresh: (holder) => load(holder, 1, true),
    custody(owner) {
      const custodyDirectory = path.join(dataDir, 'sample-custody')
      openPrivateDirectory(custodyDirectory)
      const file = path.join(custodyDirectory, `${owner.id}.json`)
      return existsSync(file) ? readCustodyKey(file) : makeCustodyKey(file, owner)
    },
    all: (holder, count) => Array.from({ length: count }, (_, i) => load(holder, i + 1)),
  }
}

/** Names of the key files there are, without `.json`. */
export function sampleKeyNames(dataDir: string): string[] {
  const directory = path.join(dataDir, 'sample-keys')
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
}
