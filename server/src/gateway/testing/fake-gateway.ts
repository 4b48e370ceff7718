/** A gateway on a free port with the real wire, guard and decider, and a fake authority, reader and upstream. */
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { loadAgreement, type ModelEntry } from '../../agreement/index.ts'
import { createDecider } from '../../authorization/index.ts'
import { silentLogger, systemClock } from '../../base/index.ts'
import type { Reading } from '../../boundary/index.ts'
import { NO_GOVERNANCE } from '../../governance/index.ts'
import type { Principal, Snapshot } from '../../programme/index.ts'
import type { Upstream, UpstreamCall, UpstreamSink } from '../../upstream/index.ts'
import { type FinishedEvent, GATEWAY_LIMITS, type GatewayDeps, type GatewayLimits } from '../deps.ts'
import { createGateway } from '../server.ts'
import { createWriterDesk, type WriterDesk } from '../writer-desk.ts'
import { FakeAuthority } from './fake-authority.ts'

const document = readFileSync(
  new URL('../../../../agreements/us-japan-2026/agreement.md', import.meta.url),
  'utf8',
)
const agreement = loadAgreement(document, 'agreement.md')
const decider = createDecider(agreement)

export const READING: Reading = {
  capability: 'log_analysis',
  side: 'defensive',
  confidencePermille: 990,
  targets: [],
  spans: [],
  reader: 'fake/1',
  leakage: 'none',
  injection: 'none',
}

const MODEL: ModelEntry = {
  id: 'rehearsal/1',
  display: 'rehearsal/1 (no AI)',
  tier: 'rehearsal',
  upstream: 'fake',
  dialects: ['responses', 'chat', 'messages'],
  aliases: [],
  accessProgram: null,
  listedOn: null,
  retiresOn: null,
  outputTokensMax: 1000,
  state: 'listed',
  note: null,
}

const principal: Principal = {
  actor: {
    id: 'mufg-analyst-1',
    kind: 'person',
    institution: 'mufg',
    standing: 'active',
    roles: ['analyst'],
    employer: 'employee',
    nationality: 'party',
    location: 'party',
    keys: [],
  },
  institution: {
    id: 'mufg',
    sector: 'finance',
    jurisdiction: 'JP',
    name: { en: 'MUFG', ja: 'MUFG' },
    standing: 'admitted',
    keys: [],
    fictional: false,
    programmeAccess: [],
    budget: null,
  },
  delegation: null,
  tokenId: 'tok-1',
  assurance: 'key',
  engagement: null,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
}

export function fakeSnapshot(index: number, stops: Snapshot['stops'] = []): Snapshot {
  return {
    programme: 'test',
    founding: '0'.repeat(64),
    sample: true,
    index,
    digest: '0'.repeat(64),
    agreement,
    parties: new Map(),
    institutions: new Map([['mufg', principal.institution]]),
    integrators: new Map(),
    actors: new Map([[principal.actor.id, principal.actor]]),
    delegations: [],
    engagements: new Map(),
    grants: [],
    pendingGrants: [],
    stops,
    stages: new Map(),
    incidentMode: false,
    tools: [],
    governance: NO_GOVERNANCE,
  }
}

export interface FakeCall {
  readonly call: UpstreamCall
  readonly sink: UpstreamSink
  /** Whether the gateway has ended this call. */
  aborted(): boolean
}

export interface FakeGateway {
  readonly authority: FakeAuthority
  readonly calls: FakeCall[]
  readonly finished: FinishedEvent[]
  /** Resolves with the next call that reaches the upstream. */
  nextCall(): Promise<FakeCall>
  /** Sends a Chat request; never retries. */
  ask(options?: {
    stream?: boolean
    body?: string
    headers?: Record<string, string>
    path?: string
    signal?: AbortSignal
  }): Promise<Response>
  url: string
  reading: Reading
  /** What a T2 receipt waits for. */
  checkpointed(index: number): Promise<void>
  /** Receipt tier of every decision; null is the clause's own. */
  tier: 'T3' | null
  /** What a T3 receipt waits for. */
  witnessed: WriterDesk['witnessed']
  /** The desk's receipts. */
  receipt: WriterDesk['receipt']
  /** Connections the listener holds. */
  connections(): Promise<number>
  close(): Promise<void>
}

/** Nothing is read back here: these tests look at the drafts. */
const NO_LEDGER = {
  size: () => 0,
  read: () => Promise.reject(new Error('no ledger')),
  receipt: () => Promise.reject(new Error('no ledger')),
  checkpointCovering: () => Promise.reject(new Error('no ledger')),
}

export async function startFakeGateway(limits: Partial<GatewayLimits> = {}): Promise<FakeGateway> {
  const authority = new FakeAuthority(fakeSnapshot(7), principal)
  const calls: FakeCall[] = []
  const finished: FinishedEvent[] = []
  const waiting: ((call: FakeCall) => void)[] = []
  const upstream: Upstream = {
    id: 'fake',
    kind: 'openai_compatible',
    dialects: new Set(['responses', 'chat', 'messages']),
    send(call, sink) {
      let aborted = false
      const sent = { call, sink, aborted: () => aborted }
      calls.push(sent)
      waiting.shift()?.(sent)
      return {
        resume: () => {},
        abort: () => {
          aborted = true
        },
      }
    },
    close: async () => {},
  }
  const deps: GatewayDeps = {
    authority,
    models: { models: [MODEL], find: (id) => (id === MODEL.id ? MODEL : null) },
    upstreams: new Map([['fake', upstream]]),
    reader: {
      read: () => fake.reading,
      stats: () => ({ segments: 0, hits: 0 }),
    } as unknown as GatewayDeps['reader'],
    deciderFor: () => ({
      ...decider,
      decide(facts) {
        const decision = decider.decide(facts)
        return fake.tier === null ? decision : { ...decision, receipt: fake.tier }
      },
    }),
    guard: {},
    desk: {
      ...createWriterDesk(NO_LEDGER),
      checkpointed: (index) => fake.checkpointed(index),
      witnessed: (index) => fake.witnessed(index),
      receipt: (index, reader) => fake.receipt(index, reader),
    },
    hostNames: [],
    endUserSecret: Buffer.alloc(32, 1),
    consoleUrl: 'http://console.test',
    clock: systemClock,
    log: silentLogger,
    observer: {
      decided: () => {},
      finished: (event) => void finished.push(event),
      refusedBeforeDecision: () => {},
    },
    limits: { ...GATEWAY_LIMITS, ...limits },
    stickyMs: 60_000,
  }
  const gateway = createGateway(deps)
  await new Promise<void>((resolve) => gateway.server.listen(0, '127.0.0.1', resolve))
  const { port } = gateway.server.address() as AddressInfo // a TCP listener has an address object
  const fake: FakeGateway = {
    authority,
    calls,
    finished,
    url: `http://127.0.0.1:${port}`,
    reading: READING,
    checkpointed: async () => {},
    tier: null,
    witnessed: async () => 'no_witnesses',
    receipt: async () => null,
    nextCall: () => new Promise((resolve) => waiting.push(resolve)),
    ask: ({ stream = false, body, headers = {}, path = '/v1/chat/completions', signal } = {}) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer token', ...headers },
        body: body ?? chatBody(stream),
        ...(signal === undefined ? {} : { signal }),
      }),
    connections: () =>
      new Promise((resolve, reject) =>
        gateway.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      ),
    close: () => gateway.close(),
  }
  return fake
}

export function chatBody(stream: boolean): string {
  return JSON.stringify({
    model: 'rehearsal/1',
    stream,
    messages: [{ role: 'user', content: 'read this log' }],
  })
}

/** A whole Chat answer. */
export function chatAnswer(text: string): Buffer {
  return Buffer.from(
    JSON.stringify({
      id: 'c1',
      object: 'chat.completion',
      created: 1,
      model: 'rehearsal/1',
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
    }),
  )
}

export function chatChunk(text: string): Buffer {
  const chunk = {
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'rehearsal/1',
    choices: [{ index: 0, delta: { content: text }, finish_reason: null }],
  }
  return Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`)
}

export function chatEnd(): Buffer {
  const last = {
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'rehearsal/1',
    choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
  }
  return Buffer.from(`data: ${JSON.stringify(last)}\n\ndata: [DONE]\n\n`)
}

export const JSON_HEAD = { 'content-type': 'application/json' }
export const SSE_HEAD = { 'content-type': 'text/event-stream' }
