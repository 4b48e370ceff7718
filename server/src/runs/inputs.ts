/**
 * Inputs of runs, known by their SHA-256: uploaded before a run names them, gone when no run needs them.
 *
 * HOSTILE: names come from outside and are digests only; files are read again by digest, so that what is worked on is what
 * was sealed. LIMIT: they lie unencrypted in the data directory while a run needs them, mode 0600.
 */
import { createHash, randomBytes } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { openPrivateDirectory } from '../base/index.ts'
import { RunsError } from './error.ts'

export const INPUT_BYTES_MAX = 1024 * 1024 * 1024
/** Inputs of one institution together: what is handed in must not fill the disk that the ledger is written to. */
export const INPUTS_BYTES_MAX = 8 * 1024 * 1024 * 1024
/** How often while an input arrives all of them are added up. */
const COUNTED_EVERY_BYTES = 4 * 1024 * 1024
/** An input that no run came to name. */
const UNUSED_MS_MAX = 24 * 3_600_000

export interface StoredInput {
  readonly sha256: string
  readonly bytes: number
}

export class InputStore {
  readonly #dir: string
  readonly #allBytesMax: number

  constructor(dir: string, allBytesMax = INPUTS_BYTES_MAX) {
    this.#dir = dir
    this.#allBytesMax = allBytesMax
    openPrivateDirectory(dir)
  }

  /** @throws {RunsError} `runs_input_too_large`, `runs_limit` */
  async put(from: Readable, bytesMax = INPUT_BYTES_MAX): Promise<StoredInput> {
    const temporary = path.join(this.#dir, `${randomBytes(8).toString('hex')}.part`)
    const hash = createHash('sha256')
    let bytes = 0
    let counted = 0
    const checkRoom = (): void => this.#checkRoom()
    try {
      checkRoom()
      await pipeline(
        from,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            bytes += chunk.length
            if (bytes > bytesMax)
              throw new RunsError('runs_input_too_large', `an input has at most ${bytesMax} bytes`)
            if (bytes - counted >= COUNTED_EVERY_BYTES) {
              checkRoom()
              counted = bytes
            }
            hash.update(chunk)
            yield chunk
          }
        },
        createWriteStream(temporary, { mode: 0o600, flags: 'wx' }),
      )
      const sha256 = hash.digest('hex')
      renameSync(temporary, this.pathOf(sha256))
      return { sha256, bytes }
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  }

  /** What arrives beside it counts as far as it is written. @throws {RunsError} `runs_limit` */
  #checkRoom(): void {
    const sizes = readdirSync(this.#dir).map(
      (name) => statSync(path.join(this.#dir, name), { throwIfNoEntry: false })?.size ?? 0,
    )
    if (sizes.reduce((sum, size) => sum + size, 0) < this.#allBytesMax) return
    throw new RunsError(
      'runs_limit',
      `inputs fill the ${this.#allBytesMax} bytes of your institution: they go when their runs end, or after a day`,
    )
  }

  pathOf(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256))
      throw new RunsError('runs_request_malformed', 'an input is named by its SHA-256, 64 hex digits')
    return path.join(this.#dir, sha256)
  }

  has(sha256: string): boolean {
    return existsSync(this.pathOf(sha256))
  }

  /** The file, when its bytes are still those of its name. @throws {RunsError} `runs_input_unknown` */
  async checked(sha256: string): Promise<string> {
    const file = this.pathOf(sha256)
    if (!existsSync(file))
      throw new RunsError('runs_input_unknown', `input \`${sha256}\` is not here: upload it again`)
    const hash = createHash('sha256')
    await pipeline(createReadStream(file), hash)
    if (hash.digest('hex') === sha256) return file
    throw new RunsError('runs_input_unknown', `input \`${sha256}\` has been changed: upload it again`)
  }

  /** Removes what no run needs: at once where it was needed before, else after a day. */
  clean(needed: ReadonlySet<string>, over: ReadonlySet<string>, nowMs: number): void {
    for (const name of readdirSync(this.#dir)) {
      const file = path.join(this.#dir, name)
      const old = nowMs - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? nowMs) > UNUSED_MS_MAX
      if (!needed.has(name) && (over.has(name) || old)) rmSync(file, { force: true })
    }
  }
}
