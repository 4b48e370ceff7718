/**
 * Evidence: packs made to order, intents left open, wrapped keys for those who can open them.
 *
 * Spec: docs/spec/http.md, docs/spec/evidence-pack.md §7. An order is a signed statement: submitting it is what proves the
 * caller, and its nonce counts once, so nobody else gets the pack of an order that stands in the ledger.
 */
import { parseSignedStatement, type SignedStatement } from 'sekisho-verify'
import type { AdminCaller } from '../access/index.ts'
import type { JsonValue } from '../wire/index.ts'
import { type Answer, json } from './answer.ts'
import { HttpError } from './error.ts'
import type { Call, Route } from './route.ts'

/** Epoch keys that a caller opened and lends for one pack. */
export interface LentKey {
  readonly number: number
  readonly key: Buffer
}

/** What the composition offers; the rooms behind it are ledger, custody and disclosure. */
export interface EvidenceDesk {
  /** Records the order, and answers it. */
  disclose(order: SignedStatement, keys: readonly LentKey[]): Promise<{ index: number; pack: Buffer }>
  openIntents(): Promise<readonly { index: number; timeMs: number; overdue: boolean }[]>
  keys(): readonly { id: number; owner: string; epoch: number; held: boolean }[]
  /** Canonical JSON of a wrapped key, or null. */
  wrapped(number: number): string | null
}

const KEYS_MAX = 200

export function evidenceRoutes(desk: EvidenceDesk): Route[] {
  return [
    { method: 'POST', path: '/v1/disclosures', proof: 'itself', handle: (call) => disclose(call, desk) },
    { method: 'GET', path: '/v1/ledger/open', proof: 'credential', handle: () => openIntents(desk) },
    { method: 'GET', path: '/v1/custody', proof: 'credential', handle: (_, caller) => custody(caller, desk) },
    {
      method: 'GET',
      path: '/v1/custody/:number',
      proof: 'credential',
      handle: (call, caller) => wrappedKey(call, caller, desk),
    },
  ]
}

async function disclose(call: Call, desk: EvidenceDesk): Promise<Answer> {
  const { order, keys } = readRequest(await call.body())
  const { index, pack } = await desk.disclose(order, keys)
  const headers = {
    'content-type': 'application/x-tar',
    'content-disposition': `attachment; filename="evidence-${index}.tar"`,
    'cache-control': 'no-store',
    'x-sekisho-order': String(index),
  }
  return { status: 200, headers, body: pack }
}

/** @throws {HttpError} `http_body_invalid` {VerifyError} */
function readRequest(body: JsonValue): { order: SignedStatement; keys: LentKey[] } {
  const {
    order,
    epoch_keys: given,
    ...rest
  } = (body ?? {}) as Readonly<Record<string, JsonValue | undefined>> // members are checked
  if (order === undefined || Object.keys(rest).length > 0 || (given !== undefined && !Array.isArray(given)))
    throw new HttpError(
      'http_body_invalid',
      'the body is `{"order": statement, "epoch_keys": [{"number", "key"}]}`',
    )
  const keys = ((given ?? []) as readonly JsonValue[]).map((item) => {
    const { number, key } = (item ?? {}) as Readonly<Record<string, JsonValue | undefined>> // members are checked
    const bytes = typeof key === 'string' ? Buffer.from(key, 'base64') : Buffer.alloc(0)
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || bytes.length !== 32)
      throw new HttpError('http_body_invalid', 'an epoch key is `{"number": N, "key": 32 bytes in base64}`')
    return { number, key: bytes }
  })
  if (keys.length > KEYS_MAX)
    throw new HttpError('http_body_invalid', `at most ${KEYS_MAX} epoch keys are lent at once`)
  return { order: parseSignedStatement(order), keys }
}

/** Index and time only: whose they are stays in the record. */
async function openIntents(desk: EvidenceDesk): Promise<Answer> {
  const open = await desk.openIntents()
  return json(200, {
    open: open.map(({ index, timeMs, overdue }) => ({ index, time_ms: timeMs, overdue })),
    overdue: open.filter(({ overdue }) => overdue).length,
  })
}

function custody(caller: AdminCaller, desk: EvidenceDesk): Answer {
  const keys = desk.keys().filter(({ owner }) => maySee(caller, owner))
  return json(200, { keys: keys.map(({ id, ...key }) => ({ number: id, ...key })) })
}

/** A wrapped key opens nothing by itself; still only those it concerns are given it. */
function wrappedKey({ params }: Call, caller: AdminCaller, desk: EvidenceDesk): Answer {
  const number = /^[1-9]\d{0,9}$/.test(params.number ?? '') ? Number(params.number) : 0
  const key = desk.keys().find(({ id }) => id === number)
  const text = key !== undefined && maySee(caller, key.owner) ? desk.wrapped(number) : null
  if (text === null) throw new HttpError('http_entry_unknown', 'no such wrapped key of your institution')
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: Buffer.from(text),
  }
}

function maySee({ sight }: AdminCaller, owner: string): boolean {
  return sight === 'programme' || sight.has(owner.replace(/^institution\//, ''))
}
