/**
 * What the room's tests share: a ledger in memory, the sample programme over it, and ways to sign.
 *
 * The ledger here keeps the contract of the real one (order, one outcome an intent, statements apart) and lets a
 * test decide when an append becomes durable.
 */
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { signTokenRequest } from '../access/index.ts'
import type { DecisionField, ResponseField } from '../accounts/index.ts'
import { type Agreement, loadAgreement } from '../agreement/index.ts'
import { createFakeClock, type FakeClock, systemClock } from '../base/index.ts'
import type { KeyHolder, KeyPair } from '../identity/index.ts'
import {
  type EntryDraft,
  type Ledger,
  LedgerError,
  type StoredEntry,
  type StoredStatement,
} from '../ledger/index.ts'
import { type Payload, type StatementType, signStatement } from '../programme/index.ts'
import { foundSample, openSampleKeys, type SampleKeys } from '../sample/index.ts'
import type { Database } from '../storage/index.ts'
import { openProgramme } from './open.ts'
import type { Examiner, Programme } from './programme.ts'

export const PROGRAMME = 'sample'
const DOCUMENT = path.join(import.meta.dirname, '../../../agreements/us-japan-2026/agreement.md')

let agreement: Agreement | undefined
export function sampleAgreement(): Agreement {
  agreement ??= loadAgreement(readFileSync(DOCUMENT), 'agreement.md')
  return agreement
}

export const findAgreement = (digest: string): Agreement | null =>
  digest === sampleAgreement().digest ? sampleAgreement() : null

/** The machine's clock where a fixture wants one it could move: tests with real processes. */
export function realClock(): FakeClock {
  const never = (): never => {
    throw new Error('the real clock is not moved')
  }
  return { ...systemClock, advance: never, setWall: never }
}

export interface MemoryLedger extends Ledger {
  readonly stored: StoredEntry[]
  /** While set, appends wait: nothing becomes durable. */
  hold(): void
  release(): void
  setWritable(writable: boolean): void
}

export function createMemoryLedger(clock: FakeClock, stored: StoredEntry[] = []): MemoryLedger {
  let writable = true
  let held: (() => void)[] | null = null
  const open = new Set<number>()
  for (const entry of stored) note(entry)

  function note(entry: StoredEntry): void {
    if (entry.class !== 'exchange') return
    if (entry.kind === 'intent') open.add(entry.index)
    else if (entry.fields !== 'unavailable') open.delete(Number(entry.fields.refers))
  }

  async function append(draft: EntryDraft): Promise<{ index: number; timeMs: number }> {
    if (!writable) throw new LedgerError('ledger_not_writable', 'disk full')
    await new Promise<void>((resolve) => (held === null ? setImmediate(resolve) : held.push(resolve)))
    const at = { index: stored.length, timeMs: clock.nowMs() }
    if (draft.class === 'exchange' && draft.kind === 'outcome' && !open.has(Number(draft.fields.refers))) {
      throw new LedgerError('ledger_intent_not_open', `intent ${String(draft.fields.refers)} is not open`)
    }
    const cloned = structuredClone(toStored(draft, at)) as StoredEntry
    // A clone makes a Uint8Array of a Buffer.
    const entry =
      cloned.class === 'exchange' && cloned.content !== 'unavailable'
        ? { ...cloned, content: Buffer.from(cloned.content) }
        : cloned
    stored.push(entry)
    note(entry)
    return at
  }

  async function* entries(from: number, to = stored.length): AsyncGenerator<StoredEntry> {
    for (let i = from; i < to; i++) yield stored[i]! // i is below the size
  }

  async function* statements(from: number, to = stored.length): AsyncGenerator<StoredStatement> {
    for await (const entry of entries(from, to)) if (entry.class === 'statement') yield entry
  }

  const nothing = (): never => {
    throw new Error('not part of this fixture')
  }
  return {
    origin: 'ledger.example/test',
    verifierKey: '',
    publicDir: '',
    stored,
    state: () => (writable ? 'writable' : 'not_writable'),
    size: () => stored.length,
    append,
    async read(index) {
      const entry = stored[index]
      if (entry === undefined) throw new LedgerError('ledger_index_range', `no entry ${index}`)
      return entry
    },
    entries,
    statements,
    openIntents: () => [...open],
    checkpoint: nothing,
    checkpointCovering: nothing,
    showCosigned: nothing,
    receipt: nothing,
    close: async () => undefined,
    hold: () => {
      held ??= []
    },
    release: () => {
      const waiting = held ?? []
      held = null
      for (const resolve of waiting) resolve()
    },
    setWritable: (value) => {
      writable = value
    },
  }
}

function toStored(draft: EntryDraft, at: { index: number; timeMs: number }): object {
  if (draft.class === 'statement')
    return { ...at, class: 'statement', kind: 'statement', statement: draft.statement, fields: {} }
  const { kind, institution, fields, content } = draft
  return {
    ...at,
    class: 'exchange',
    kind,
    fields: { ...fields, institution },
    content: content ?? Buffer.alloc(0),
  }
}

export interface World {
  readonly programme: Programme
  readonly ledger: MemoryLedger
  readonly clock: FakeClock
  readonly keys: SampleKeys
  readonly dataDir: string
  readonly engagement: string
  /** Signs with the first key of each holder; parties with as many as their threshold. */
  sign<T extends StatementType>(
    type: T,
    payload: Payload<T>,
    holders: readonly KeyHolder[],
  ): ReturnType<typeof signStatement>
  submit<T extends StatementType>(
    type: T,
    payload: Payload<T>,
    holders: readonly KeyHolder[],
  ): ReturnType<Programme['submit']>
  mint(actor: string, more?: { institution?: string; engagement?: string; ttl_s?: number }): Promise<string>
  /** The same ledger (and database) under a new programme, as after a restart. */
  restart(database?: Database | null): Promise<World>
  [Symbol.asyncDispose](): Promise<void>
}

export interface WorldOptions {
  readonly database?: Database | null
  readonly clock?: FakeClock
  readonly leaseMs?: number
  readonly knownModel?: (id: string) => boolean
  readonly examiner?: Examiner
}

/** The sample programme, founded over a ledger in memory. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'sekisho-programme-'))
  if (options.clock !== undefined) return openWorld(options, dataDir, options.clock, [])
  template ??= await makeTemplate()
  cpSync(template.dataDir, dataDir, { recursive: true })
  // Copying a directory forgets its mode.
  chmodSync(path.join(dataDir, 'sample-keys'), 0o700)
  return openWorld(options, dataDir, createFakeClock(), structuredClone(template.stored))
}

/** Founding signs some forty statements; tests of one file share the result. */
let template: { readonly dataDir: string; readonly stored: StoredEntry[] } | undefined

async function makeTemplate(): Promise<NonNullable<typeof template>> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'sekisho-programme-'))
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }))
  const { programme, ledger } = await openWorld({}, dataDir, createFakeClock(), [])
  await programme.close()
  return { dataDir, stored: ledger.stored }
}

async function openWorld(
  options: WorldOptions,
  dataDir: string,
  clock: FakeClock,
  stored: StoredEntry[],
): Promise<World> {
  const ledger = createMemoryLedger(clock, stored)
  const programme = await openProgramme({
    programme: PROGRAMME,
    ledger,
    agreements: findAgreement,
    clock,
    database: options.database ?? null,
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
    ...(options.knownModel === undefined ? {} : { knownModel: options.knownModel }),
    ...(options.examiner === undefined ? {} : { examiner: options.examiner }),
  })
  const sample = { programme: PROGRAMME, dataDir, agreement: sampleAgreement(), clock }
  const { engagement } = await foundSample(programme, sample)
  const keys = openSampleKeys(dataDir, PROGRAMME, false)
  const sign: World['sign'] = (type, payload, holders) =>
    signStatement(
      { programme: PROGRAMME, type, issuedAtMs: clock.nowMs(), payload },
      holders.flatMap((holder) => keysOf(keys, holder)),
    )
  return {
    programme,
    ledger,
    clock,
    keys,
    dataDir,
    engagement,
    sign,
    submit: (type, payload, holders) => programme.submit(sign(type, payload, holders)),
    async mint(actor, more = {}) {
      const { ttl_s = 3600, ...bound } = more
      const request = { programme: PROGRAMME, actor, issued_at_ms: clock.nowMs(), ttl_s, ...bound }
      return (await programme.mintToken(signTokenRequest(request, keys.of(person(actor))))).token
    },
    async restart(database = options.database ?? null) {
      await programme.close()
      return openWorld({ ...options, database }, dataDir, clock, stored)
    },
    async [Symbol.asyncDispose]() {
      await programme.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function keysOf(keys: SampleKeys, holder: KeyHolder): readonly KeyPair[] {
  const terms = sampleAgreement().parties.find((party) => party.id === holder.id)
  return holder.kind === 'party' ? keys.all(holder, terms?.threshold ?? 1) : [keys.of(holder)]
}

export const person = (id: string): KeyHolder => ({ kind: 'actor', id })
export const institution = (id: string): KeyHolder => ({ kind: 'institution', id })
export const party = (id: string): KeyHolder => ({ kind: 'party', id })
export const AUTHORITIES = [party('us'), party('jp')]
export const PARTIES = [...AUTHORITIES, party('provider')]

let decisions = 0
/** An intent as a gateway records it; `allow` unless told otherwise. */
export function intentDraft(
  world: World,
  more: Partial<DecisionField> & {
    actor?: string
    institution?: string
    session?: string
    engagement?: string | null
    model?: string
  } = {},
): EntryDraft & { class: 'exchange' } {
  const {
    actor = 'mufg-analyst',
    institution: id = 'mufg',
    session = 's1',
    engagement = null,
    model = 'm',
    ...decision
  } = more
  decisions += 1
  return {
    class: 'exchange',
    kind: 'intent',
    institution: id,
    fields: {
      actor,
      session,
      engagement: engagement === null ? null : { id: engagement, purpose: null },
      model: { requested: model, id: model },
      decision: {
        id: decisionId(decisions),
        verdict: 'allow',
        snapshot: world.programme.snapshot().index,
        clauses: ['3.1'],
        capability: 'log_analysis',
        grant: null,
        reserved_tokens: 100,
        approval: null,
        ...decision,
      } as never, // the spread of partial members is one decision field
    },
  }
}

export const decisionId = (number: number): string => `dec_${String(number).padStart(26, '0')}`

/** An outcome as a gateway records it. */
export function outcomeDraft(
  intent: number,
  more: Partial<ResponseField> & { actor?: string; institution?: string; model?: string } = {},
): EntryDraft & { class: 'exchange' } {
  const { actor = 'mufg-analyst', institution: id = 'mufg', model = 'm', ...response } = more
  return {
    class: 'exchange',
    kind: 'outcome',
    institution: id,
    fields: {
      actor,
      model: { requested: model },
      decision: { id: decisionId(0) },
      response: { end: 'completed', code: null, tokens: 10, sticky: null, ...response } as never, // one response field
      refers: intent,
    },
  }
}

/** Asserts that `work` is refused with this code. */
export async function refused(work: Promise<unknown> | (() => unknown), code: string): Promise<void> {
  try {
    await (typeof work === 'function' ? work() : work)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) return
    throw new Error(`refused, but not with \`${code}\``, { cause: error })
  }
  throw new Error(`not refused; expected \`${code}\``)
}
