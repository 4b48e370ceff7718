/** What the room's tests and trials share: a directory that cleans up, a key that stays, drafts that are realistic. */
import { createPrivateKey, hash, type KeyObject } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '../base/index.ts'
import { type Disk, realDisk } from './disk.ts'
import { openFileKeyRing } from './file-key-ring.ts'
import type { FileLedger } from './file-ledger.ts'
import type { KeyRing } from './key-ring.ts'
import type { ExchangeDraft } from './ledger.ts'
import { openLedgerOn } from './open.ts'

export const ORIGIN = 'ledger.example/test'

/** A fixed key, so that a directory can be opened again by another process. */
export const SIGNING_KEY: KeyObject = signingKey(1)

/** An Ed25519 private key made of one repeated byte. */
export function signingKey(byte: number): KeyObject {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  return createPrivateKey({
    key: Buffer.concat([prefix, Buffer.alloc(32, byte)]),
    format: 'der',
    type: 'pkcs8',
  })
}

export interface Scratch {
  readonly dir: string
  /** A copy of the directory as it stands, cleaned up with it. */
  copy(): string
  [Symbol.dispose](): void
}

export function scratchDir(): Scratch {
  const root = mkdtempSync(join(tmpdir(), 'sekisho-ledger-'))
  let copies = 0
  return {
    dir: join(root, 'ledger'),
    copy() {
      const to = join(root, `copy-${++copies}`)
      cpSync(join(root, 'ledger'), to, { recursive: true })
      rmSync(join(to, 'lock'), { force: true }) // it names the process that holds the original
      return to
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

export interface OpenOptions {
  readonly checkpointIntervalMs?: number
  readonly segmentBytes?: number
  readonly disk?: Disk
  readonly kek?: KeyRing
  readonly clock?: Clock
  readonly origin?: string
  readonly key?: KeyObject
  readonly onFatal?: (error: Error) => void
}

/** Opens a test ledger; checkpoints only on close unless an interval is given. */
export function openTest(dir: string, options: OpenOptions = {}): Promise<FileLedger> {
  return openLedgerOn(options.disk ?? realDisk, {
    dir,
    origin: options.origin ?? ORIGIN,
    signingKey: options.key ?? SIGNING_KEY,
    clock: options.clock ?? systemClock,
    checkpointIntervalMs: options.checkpointIntervalMs ?? 3_600_000,
    kek: options.kek ?? openFileKeyRing(`${dir}.keyring`),
    onFatal:
      options.onFatal ??
      ((error) => {
        throw error
      }),
    ...(options.segmentBytes === undefined ? {} : { segmentBytes: options.segmentBytes }),
  })
}

/** An intent such as the gateway records, with `contentBytes` of content. */
export function intentDraft(number = 0, contentBytes = 512, snapshot = 0): ExchangeDraft {
  const content = Buffer.alloc(contentBytes, `request ${number} `)
  return {
    class: 'exchange',
    kind: 'intent',
    institution: institutionOf(number),
    fields: {
      actor: `prs-${number % 40}`,
      session: `ses-${number % 200}`,
      agreement: { version: 1, digest: '0'.repeat(64), snapshot },
      model: { requested: 'rehearsal/1', id: 'rehearsal/1', tier: 'rehearsal', upstream: 'rehearsal' },
      engagement: null,
      decision: { id: `dec-${number}`, verdict: 'allow', clauses: ['a4.c1'], snapshot, receipt: 'T1' },
      facts: {
        actor_standing: 'active',
        institution_standing: 'admitted',
        sector_stage: 'defensive',
        side: 'defensive',
      },
      reading: { capability: 'log_triage', side: 'defensive', margin: 812 },
      request: { dialect: 'responses', stream: true, bytes: contentBytes, sha256: hash('sha256', content) },
    },
    content,
  }
}

function institutionOf(number: number): string {
  return ['mufg', 'smbc', 'mizuho'][number % 3] ?? 'mufg'
}

/** The outcome that closes the intent at `refers`, which was made of `intentDraft(number)`; its content is empty. */
export function outcomeDraft(refers: number, number = 0): ExchangeDraft {
  return {
    class: 'exchange',
    kind: 'outcome',
    institution: institutionOf(number),
    fields: {
      refers,
      response: {
        end: 'completed',
        tokens: 120,
        input_tokens: 100,
        output_tokens: 20,
        bytes: 0,
        sha256: hash('sha256', ''),
      },
    },
  }
}
