/** Statements on evidence: custody keys, legal holds, destruction under dual control, orders of packs. */
import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { after, before, test } from 'node:test'
import {
  AUTHORITIES,
  createWorld,
  findAgreement,
  institution,
  PARTIES,
  party,
  person,
  refused,
  type World,
} from '../authority/testing.ts'
import { custodyOf } from './custody.ts'
import type { StatementRefusal } from './error.ts'
import { fold } from './fold.ts'
import type { Payload, StatementType } from './kinds.ts'
import { createState, decodeState, encodeState, type ProgrammeState } from './state.ts'

const DAY_MS = 24 * 3_600_000
const reason = 'because'
let world: World
let founded: ProgrammeState

before(async () => {
  world = await createWorld()
  founded = world.programme.snapshot() as ProgrammeState // the writer's snapshot is the folded state
})
after(() => world[Symbol.asyncDispose]())

type Holders = Parameters<World['sign']>[2]

function put<T extends StatementType>(
  state: ProgrammeState,
  type: T,
  payload: Payload<T>,
  holders: Holders,
): ProgrammeState {
  const at = { index: state.index + 100, timeMs: world.clock.nowMs() }
  return fold(state, world.sign(type, payload, holders), at, findAgreement)
}

function refuses<T extends StatementType>(
  code: StatementRefusal,
  type: T,
  payload: Payload<T>,
  holders: Holders,
  state = founded,
): Promise<void> {
  return refused(() => put(state, type, payload, holders), code)
}

const x25519 = (): string =>
  createPublicKey(generateKeyPairSync('x25519').privateKey)
    .export({ type: 'spki', format: 'der' })
    .subarray(-32)
    .toString('base64')

test('custody keys: the institution its own, a seat through its party, the newest counts', async () => {
  const [first, second] = [x25519(), x25519()]
  const mine = { kind: 'institution', id: 'mufg' } as const
  const seat = { kind: 'custodian', id: 'jp_custodian' } as const
  let state = put(founded, 'custody.key', { owner: mine, public: first }, [institution('mufg')])
  state = put(state, 'custody.key', { owner: seat, public: second }, [party('jp')])
  state = put(state, 'custody.key', { owner: mine, public: second }, [institution('mufg')])
  const stated = custodyOf(state).keys.filter(({ id }) => id === mine.id || id === seat.id)
  assert.deepEqual(stated, [
    { ...seat, public: second },
    { ...mine, public: second },
  ])
  const again = decodeState(encodeState(state.fields), findAgreement)
  assert.equal(again.digest, state.digest)
  const key = { owner: mine, public: first }
  await refuses('statement_signer_not_entitled', 'custody.key', key, [institution('smbc')])
  await refuses('statement_signer_not_entitled', 'custody.key', { owner: seat, public: first }, [party('us')])
  const nobody = { kind: 'custodian', id: 'nobody' } as const
  await refuses('statement_subject_unknown', 'custody.key', { owner: nobody, public: first }, AUTHORITIES)
  const low = Buffer.alloc(32).toString('base64')
  await refuses('statement_payload_invalid', 'custody.key', { owner: mine, public: low }, [
    institution('mufg'),
  ])
})

const destroy = (days: number, classes: Payload<'content.destroy'>['classes'] = ['intent', 'outcome']) => ({
  institution: 'mufg',
  classes,
  before_ms: world.clock.nowMs() - days * DAY_MS,
  reason,
})
const TWO = [person('mufg-lead'), person('mufg-audit')]

test('content goes only after its retention, by two distinct persons of the institution', async () => {
  const state = put(founded, 'content.destroy', destroy(1826), TWO)
  assert.deepEqual(
    custodyOf(state).destructions.map((each) => [each.class, each.index]),
    [
      ['intent', founded.index + 100],
      ['outcome', founded.index + 100],
    ],
  )
  await refuses('statement_retention', 'content.destroy', destroy(1825), TWO)
  await refuses('statement_threshold_not_met', 'content.destroy', destroy(1826), [person('mufg-lead')])
  await refuses('statement_threshold_not_met', 'content.destroy', destroy(1826), [
    person('mufg-lead'),
    person('mufg-approver'),
  ])
  await refuses('statement_threshold_not_met', 'content.destroy', destroy(1826), [
    person('mufg-lead'),
    person('smbc-lead'),
  ])
  await refuses('statement_threshold_not_met', 'content.destroy', destroy(1826), PARTIES)
  await refuses(
    'statement_payload_invalid',
    'content.destroy',
    { ...destroy(1826), classes: ['statement' as never] },
    TWO,
  )
  const silent = { ...founded.fields, agreement: { ...founded.agreement, custody: null } }
  await refused(
    () =>
      fold(
        { ...founded, ...silent, fields: silent },
        world.sign('content.destroy', destroy(1826), TWO),
        { index: founded.index, timeMs: world.clock.nowMs() },
        findAgreement,
      ),
    'statement_retention',
  )
})

test('a legal hold keeps what it covers, whoever placed it lifts it, and nobody else', async () => {
  const hold = { id: 'case-1', institution: 'mufg', from_ms: 0, reason }
  const held = put(founded, 'content.hold', hold, [party('jp')])
  await refuses('statement_legal_hold', 'content.destroy', destroy(1826), TWO, held)
  await refuses('statement_id_taken', 'content.hold', hold, [party('us')], held)
  await refuses(
    'statement_signer_not_entitled',
    'content.release',
    { id: 'case-1', reason },
    [party('us')],
    held,
  )
  await refuses(
    'statement_signer_not_entitled',
    'content.release',
    { id: 'case-1', reason },
    [institution('mufg')],
    held,
  )
  await refuses('statement_subject_unknown', 'content.release', { id: 'case-2', reason }, [party('jp')], held)
  const lifted = put(held, 'content.release', { id: 'case-1', reason }, [party('jp')])
  put(lifted, 'content.destroy', destroy(1826), TWO)
  const own = put(founded, 'content.hold', hold, [institution('mufg')])
  assert.equal(custodyOf(own).holds[0]?.by, 'institution/mufg')
  put(own, 'content.release', { id: 'case-1', reason }, [institution('mufg')])
  await refuses('statement_signer_not_entitled', 'content.hold', hold, [institution('smbc')])
  await refuses('statement_signer_not_entitled', 'content.hold', { ...hold, institution: null }, [
    institution('mufg'),
  ])
  const all = put(founded, 'content.hold', { ...hold, institution: null }, [party('provider')])
  await refuses('statement_legal_hold', 'content.destroy', destroy(1826), TWO, all)
  // What was recorded before the hold begins is not covered.
  const later = put(founded, 'content.hold', { ...hold, from_ms: world.clock.nowMs() - DAY_MS }, [
    party('jp'),
  ])
  put(later, 'content.destroy', destroy(1826), TWO)
})

test('an institution that places all the holds it may leaves room for those of others', async () => {
  const by = 'institution/mufg'
  const holds = Array.from({ length: 1000 }, (_, i) => ({
    id: `own-${i}`,
    institution: 'mufg',
    fromMs: 0,
    by,
  }))
  const full = createState({ ...founded.fields, custody: { ...founded.fields.custody, holds } })
  const hold = { id: 'case-1', institution: 'mufg', from_ms: 0, reason }
  await refuses('statement_limit', 'content.hold', hold, [institution('mufg')], full)
  assert.equal(put(full, 'content.hold', hold, [party('jp')]).fields.custody.holds.length, 1001)
})

const order = (more: Partial<Payload<'disclosure.order'>> = {}): Payload<'disclosure.order'> => ({
  profile: 'auditor',
  institution: 'mufg',
  from: 0,
  to: 10,
  entries: null,
  fields: ['kind', 'time'],
  content: false,
  sample: null,
  reason,
  ...more,
})

test('who may order which pack is the agreement’s to say', async () => {
  put(founded, 'disclosure.order', order(), [person('mufg-audit')])
  put(founded, 'disclosure.order', order({ profile: 'regulator', institution: null }), [party('jp')])
  put(founded, 'disclosure.order', order({ profile: 'incident' }), [person('mufg-lead')])
  const code = 'statement_signer_not_entitled'
  await refuses(code, 'disclosure.order', order(), [person('mufg-lead')])
  await refuses(code, 'disclosure.order', order({ institution: 'smbc' }), [person('mufg-audit')])
  await refuses(code, 'disclosure.order', order({ institution: null }), [person('mufg-audit')])
  await refuses(code, 'disclosure.order', order({ profile: 'regulator' }), [party('provider')])
  await refuses('statement_subject_unknown', 'disclosure.order', order({ profile: 'press' }), PARTIES)
  await refuses('statement_subject_unknown', 'disclosure.order', order({ institution: 'nobody' }), PARTIES)
})

test('an order that cannot be answered is refused', async () => {
  const by = [person('mufg-audit')]
  const sample = { seed: '0'.repeat(64), count: 2, size: 10, root: Buffer.alloc(32).toString('base64') }
  put(founded, 'disclosure.order', order({ sample }), by)
  put(founded, 'disclosure.order', order({ entries: [1, 4] }), by)
  const bad: Partial<Payload<'disclosure.order'>>[] = [
    { to: 0 },
    { to: founded.index + 101 },
    { to: 70_000 },
    { entries: [4, 1] },
    { entries: [10] },
    { entries: [1], sample },
    { sample: { ...sample, count: 11 } },
    { sample: { ...sample, size: 9 } },
    { sample: { ...sample, size: founded.index + 101 } },
    { fields: ['time', 'kind'] },
    { content: true },
  ]
  for (const more of bad) await refuses('statement_payload_invalid', 'disclosure.order', order(more), by)
})
