/**
 * The gateway's ring of epoch keys: the current ones in clear, older ones only as they were wrapped.
 *
 * Spec: docs/spec/custody.md §2–3. One file of mode 0600 holds what is in use; an owner's older key is dropped from it
 * once it is wrapped and its grace has passed. Then this machine cannot read that epoch any more.
 * INVARIANT: a key leaves the file only after its wrapped form was read back from the disk and parses.
 * INVARIANT: a number is never used again, so the file keeps a line without key for every one dropped.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { formatWrappedKey, isWrappedKey, parseWrappedKey, type WrappedKey } from 'sekisho-verify'
import type { EpochKey, KeyRing } from '../ledger/index.ts'
import { CustodyError } from './error.ts'
import { custodyKeyId, type Recipients, wrap } from './wrap.ts'

/** How long a key stays after its month has ended: restarts, projections and late outcomes still read with it. */
export const GRACE_MS = 24 * 3_600_000
const FILE_MODE = 0o600

interface Line {
  readonly id: number
  readonly owner: string
  readonly epoch: number
  /** Null once dropped. */
  readonly key: Buffer | null
}

export interface CustodyRing extends KeyRing {
  /** Says to whom keys are wrapped, from now on, and does what `maintain` does. */
  follow(recipientsOf: (owner: string) => Recipients, nowMs: number): void
  /** Wraps what is not wrapped yet, or not to the recipients of today; drops what is wrapped and over. */
  maintain(nowMs: number): Maintained
  /** Numbers of all keys there ever were, with their owners. */
  list(): readonly {
    readonly id: number
    readonly owner: string
    readonly epoch: number
    readonly held: boolean
  }[]
  /** Who a key belongs to, held or not; null when no such key was ever made here. */
  ownerOf(id: number): string | null
  /** The wrapped form of a key, or null. @throws {VerifyError} `wrapped_key_malformed` and others when the file was changed */
  wrapped(id: number): WrappedKey | null
  /** Makes keys readable that somebody opened, until the function it returns is called. @throws {CustodyError} `custody_key_mismatch`, `custody_key_unknown` */
  lend(keys: readonly { readonly number: number; readonly key: Buffer }[]): () => void
  /** Destroys a whole epoch key: clear and wrapped. */
  destroy(id: number): void
}

export interface Maintained {
  readonly wrapped: number
  readonly dropped: number
}

/** @param directory keys lie in `escrow.jsonl`, wrapped ones in `wrapped/` @throws {CustodyError} `custody_ring_malformed` */
export function openCustodyRing(directory: string): CustodyRing {
  return new Ring(directory)
}

class Ring implements CustodyRing {
  readonly #directory: string
  readonly #lines = new Map<number, Line>()
  readonly #newest = new Map<string, EpochKey>()
  readonly #lent = new Map<number, EpochKey>()
  /** Recipients that a key's wrapped form was made for, as text. */
  readonly #wrappedFor = new Map<number, string>()
  #recipientsOf: ((owner: string) => Recipients) | null = null

  constructor(directory: string) {
    this.#directory = directory
    mkdirSync(path.join(directory, 'wrapped'), { recursive: true, mode: 0o700 })
    for (const line of load(this.#file)) {
      this.#lines.set(line.id, line)
      const { key } = line
      if (key !== null) this.#newest.set(line.owner, { ...line, key })
    }
  }

  get #file(): string {
    return path.join(this.#directory, 'escrow.jsonl')
  }

  sealing(owner: string, nowMs: number): EpochKey {
    const epoch = epochOf(nowMs)
    const current = this.#newest.get(owner)
    // A clock that went back does not bring an older key back.
    if (current !== undefined && current.epoch >= epoch) return current
    const key: EpochKey = { id: Math.max(0, ...this.#lines.keys()) + 1, owner, epoch, key: randomBytes(32) }
    this.#lines.set(key.id, key)
    try {
      this.#save()
      // Wrapped before anything is encrypted under it, where it is known to whom.
      if (this.#recipientsOf !== null) this.#wrap(key)
    } catch (error) {
      this.#lines.delete(key.id)
      throw error
    }
    this.#newest.set(owner, key)
    return key
  }

  find(id: number): EpochKey | null {
    const line = this.#lines.get(id)
    if (line?.key) return { id, owner: line.owner, epoch: line.epoch, key: line.key }
    return this.#lent.get(id) ?? null
  }

  follow(recipientsOf: (owner: string) => Recipients, nowMs: number): void {
    this.#recipientsOf = recipientsOf
    this.maintain(nowMs)
  }

  maintain(nowMs: number): Maintained {
    let wrapped = 0
    const over: number[] = []
    for (const { id, owner, epoch, key } of this.#lines.values()) {
      if (key === null) continue
      if (this.#wrap({ id, owner, epoch, key })) wrapped++
      if (endOf(epoch) + GRACE_MS <= nowMs && this.#isSafe(id, owner, key)) over.push(id)
    }
    for (const id of over) {
      const line = this.#lines.get(id)! // listed just now
      this.#lines.set(id, { ...line, key: null })
      if (this.#newest.get(line.owner)?.id === id) this.#newest.delete(line.owner)
    }
    if (over.length > 0) this.#save()
    return { wrapped, dropped: over.length }
  }

  list() {
    return [...this.#lines.values()].map(({ id, owner, epoch, key }) => ({
      id,
      owner,
      epoch,
      held: key !== null,
    }))
  }

  ownerOf(id: number): string | null {
    return this.#lines.get(id)?.owner ?? null
  }

  wrapped(id: number): WrappedKey | null {
    const place = this.#wrappedFile(id)
    const bytes = readIfThere(place)
    if (bytes === null) return null
    const wrapped = parseWrappedKey(bytes, path.basename(place))
    const line = this.#lines.get(id)
    if (wrapped.number !== id || (line !== undefined && wrapped.owner !== line.owner))
      throw new CustodyError(
        'custody_key_mismatch',
        `\`${place}\` holds key ${wrapped.number} of \`${wrapped.owner}\``,
      )
    return wrapped
  }

  lend(keys: readonly { readonly number: number; readonly key: Buffer }[]): () => void {
    const lent = keys.map(({ number, key }): EpochKey => {
      const line = this.#lines.get(number)
      const wrapped = this.wrapped(number)
      if (line === undefined || wrapped === null)
        throw new CustodyError('custody_key_unknown', `there is no wrapped key ${number}`)
      if (key.length !== 32 || !isWrappedKey(wrapped, key))
        throw new CustodyError(
          'custody_key_mismatch',
          `the key given is not key ${number} of \`${line.owner}\``,
        )
      return { id: number, owner: line.owner, epoch: line.epoch, key }
    })
    for (const key of lent) this.#lent.set(key.id, key)
    return () => {
      for (const key of lent) if (this.#lent.get(key.id) === key) this.#lent.delete(key.id)
    }
  }

  destroy(id: number): void {
    const line = this.#lines.get(id)
    if (line === undefined) return
    this.#lines.set(id, { ...line, key: null })
    if (this.#newest.get(line.owner)?.id === id) this.#newest.delete(line.owner)
    this.#save()
    rmSync(this.#wrappedFile(id), { force: true })
    syncDirectory(path.join(this.#directory, 'wrapped'))
  }

  /** Writes the wrapped form when there is none for today's recipients. Returns whether it did. */
  #wrap(key: EpochKey): boolean {
    const recipients = this.#recipientsOf?.(key.owner)
    if (recipients === undefined || (recipients.institution === null && recipients.custodians === null))
      return false
    const wanted = recipientsText(recipients)
    if ((this.#wrappedFor.get(key.id) ?? this.#textOnDisk(key.id)) === wanted) return false
    writeWhole(this.#wrappedFile(key.id), formatWrappedKey(wrap(key, recipients)))
    this.#wrappedFor.set(key.id, wanted)
    return true
  }

  /** Whom the file on disk is for; another text when it is damaged, so that it is written anew while the key is here. */
  #textOnDisk(id: number): string {
    try {
      const wrapped = this.wrapped(id)
      if (wrapped === null) return ''
      const text = wrappedText(wrapped)
      this.#wrappedFor.set(id, text)
      return text
    } catch {
      return ''
    }
  }

  /** Both the institution and the custodians can open it: read back from the disk, not from memory. */
  #isSafe(id: number, owner: string, key: Buffer): boolean {
    const recipients = this.#recipientsOf?.(owner)
    if (recipients?.institution == null || recipients.custodians === null) return false
    this.#wrappedFor.delete(id)
    if (this.#textOnDisk(id) !== recipientsText(recipients)) return false
    const wrapped = this.wrapped(id)
    return wrapped !== null && isWrappedKey(wrapped, key)
  }

  #wrappedFile(id: number): string {
    return path.join(this.#directory, 'wrapped', `${id}.json`)
  }

  #save(): void {
    const lines = [...this.#lines.values()].map(({ id, owner, epoch, key }) =>
      JSON.stringify({ id, owner, epoch, key: key?.toString('base64') ?? null }),
    )
    writeWhole(this.#file, lines.map((line) => `${line}\n`).join(''))
  }
}

function recipientsText({ institution, custodians }: Recipients): string {
  const seats = custodians?.seats.map(({ id, public: raw }) => `${id}=${custodyKeyId(raw)}`) ?? []
  return [institution === null ? '' : custodyKeyId(institution), custodians?.threshold ?? 0, ...seats].join()
}

function wrappedText({ institution, custodians }: WrappedKey): string {
  const seats = custodians?.seats.map(({ id, key }) => `${id}=${key}`) ?? []
  return [institution[0]?.key ?? '', custodians?.threshold ?? 0, ...seats].join()
}

/** UTC month as YYYYMM. */
function epochOf(nowMs: number): number {
  const date = new Date(nowMs)
  return date.getUTCFullYear() * 100 + date.getUTCMonth() + 1
}

/** The moment an epoch's month has ended. */
export function endOf(epoch: number): number {
  return Date.UTC(Math.floor(epoch / 100), epoch % 100)
}

function load(file: string): Line[] {
  const text = readIfThere(file)?.toString('utf8') ?? ''
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line, i) => parseLine(line, `line ${i + 1} of \`${file}\``))
}

function parseLine(text: string, place: string): Line {
  try {
    const { id, owner, epoch, key } = JSON.parse(text) as Record<string, unknown>
    const bytes = typeof key === 'string' ? Buffer.from(key, 'base64') : null
    const numbers = Number.isSafeInteger(id) && Number.isSafeInteger(epoch)
    if (numbers && typeof owner === 'string' && (key === null || bytes?.length === 32))
      return { id: id as number, owner, epoch: epoch as number, key: bytes } // both are safe integers
  } catch (cause) {
    throw new CustodyError('custody_ring_malformed', `${place} is not JSON`, { cause })
  }
  throw new CustodyError('custody_ring_malformed', `${place} is not a key`)
}

function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** A crash leaves the old file or the new one. */
function writeWhole(file: string, text: string): void {
  const temporary = `${file}.tmp`
  const fd = openSync(temporary, 'w', FILE_MODE)
  try {
    writeSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(temporary, file)
  syncDirectory(path.dirname(file))
}

function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
