/** Tests of credentials of administration: how they are earned, whom they speak for, and when they end. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import {
  createWorld,
  institution,
  PROGRAMME,
  party,
  person,
  refused,
  type World,
} from '../authority/testing.ts'
import { generateKeyPair, type KeyHolder } from '../identity/index.ts'
import { ADMIN_TOKENS_PER_HOLDER_MAX } from './admin-desk.ts'
import { ADMIN_TTL_S_MAX, type AdminRequest, signAdminRequest } from './admin-request.ts'
import { isAdminTokenText, isTokenText } from './token-text.ts'

let world: World
before(async () => {
  world = await createWorld()
})
after(() => world[Symbol.asyncDispose]())

const request = (holder: KeyHolder, more: Partial<AdminRequest> = {}) => ({
  ...{ programme: PROGRAMME, holder, issued_at_ms: world.clock.nowMs(), ttl_s: 60 },
  ...more,
})
const mint = (holder: KeyHolder, more: Partial<AdminRequest> = {}) =>
  world.programme.administration.mint(signAdminRequest(request(holder, more), world.keys.of(holder)))
const authenticate = (bearer: string) => world.programme.administration.authenticate(bearer)
function callerOf(holder: KeyHolder, more: Partial<AdminRequest> = {}) {
  const result = authenticate(mint(holder, more).token)
  assert.ok(result.ok)
  return result.caller
}
const failureOf = (bearer: string) => {
  const result = authenticate(bearer)
  return result.ok ? null : result.failure
}

test('every kind of holder proves its key; what it sees is its own', () => {
  assert.equal(callerOf(party('jp')).sight, 'programme')
  const own = callerOf(institution('mufg'))
  assert.deepEqual([[...own.sight], own.institution?.id, own.standing], [['mufg'], 'mufg', 'good'])
  const lead = callerOf(person('mufg-lead'))
  assert.deepEqual([[...lead.sight], lead.actor?.id, lead.institution?.id], [['mufg'], 'mufg-lead', 'mufg'])
  const integrator = callerOf({ kind: 'integrator', id: 'asagiri-integration' })
  assert.deepEqual(
    [[...integrator.sight].sort(), integrator.institution],
    [['hoshizora-bank', 'mizuho'], null],
  )
  const staff = callerOf(person('asagiri-engineer'), { institution: 'mizuho' })
  assert.deepEqual([[...staff.sight], staff.institution?.id], [['mizuho'], 'mizuho'])
})

test('refusals, each by its code', async () => {
  const jp = party('jp')
  const key = world.keys.of(jp)
  const desk = world.programme.administration
  const tries: [unknown, string][] = [
    [null, 'token_request_malformed'],
    [{ ...signAdminRequest(request(jp), key), more: 1 }, 'token_request_malformed'],
    [signAdminRequest(request(jp, { ttl_s: ADMIN_TTL_S_MAX + 1 }), key), 'token_request_lifetime'],
    [signAdminRequest(request(jp, { programme: 'other' }), key), 'token_request_malformed'],
    [signAdminRequest(request(jp), generateKeyPair()), 'token_request_signature_invalid'],
    [signAdminRequest(request(party('nobody')), key), 'token_request_signature_invalid'],
    [signAdminRequest(request(party('us')), key), 'token_request_signature_invalid'],
    [
      signAdminRequest(request(jp, { issued_at_ms: world.clock.nowMs() + 120_001 }), key),
      'token_request_expired',
    ],
    // Fresh, but older than this process: whether it was used before is not known any more.
    [signAdminRequest(request(jp, { issued_at_ms: world.clock.nowMs() - 1 }), key), 'token_request_expired'],
    [
      signAdminRequest(request(person('asagiri-engineer')), world.keys.of(person('asagiri-engineer'))),
      'token_request_institution_not_served',
    ],
  ]
  for (const [value, code] of tries) await refused(() => desk.mint(value), code)
  const once = signAdminRequest(request(jp), key)
  desk.mint(once)
  await refused(() => desk.mint(once), 'token_request_replayed')
  await refused(() => desk.revoke('adm_none'), 'token_unknown')
})

test('a request for a model token is none for administration, nor the other way round', async () => {
  const analyst = person('mufg-analyst')
  const admin = mint(analyst).token
  assert.ok(isAdminTokenText(admin) && !isTokenText(admin))
  assert.deepEqual(world.programme.authority.authenticate(admin), { ok: false, failure: 'malformed' })
  const model = await world.mint('mufg-analyst')
  assert.equal(failureOf(model), 'malformed')
  const signed = signAdminRequest(request(analyst), world.keys.of(analyst))
  await refused(world.programme.mintToken(signed), 'token_request_malformed')
})

test('it ends by time, by revocation, with its key, and with the standing of its holder', async () => {
  const short = mint(party('us'), { ttl_s: 1 })
  world.clock.advance(1000)
  assert.equal(failureOf(short.token), 'expired')
  const revoked = mint(party('us'))
  world.programme.administration.revoke(revoked.id)
  assert.equal(failureOf(revoked.token), 'unknown')
  const lead = mint(person('smbc-lead'))
  await world.submit('actor.suspend', { id: 'smbc-lead', reason: 'r' }, [institution('smbc')])
  const suspended = authenticate(lead.token)
  assert.ok(suspended.ok && suspended.caller.standing === 'actor_suspended')
  assert.deepEqual([...(suspended.caller.sight as ReadonlySet<string>)], [], 'and sees nothing')
  await refused(() => mint(person('smbc-lead')), 'token_request_actor_not_active')
  const engineer = mint(person('smbc-engineer'))
  const key = world.keys.of(person('smbc-engineer')).id
  await world.submit('key.revoke', { key, reason: 'lost' }, [institution('smbc')])
  assert.equal(failureOf(engineer.token), 'revoked')
  const analyst = mint(person('smbc-analyst'))
  const limit = { key: world.keys.of(person('smbc-analyst')).id, until_ms: world.clock.nowMs() + 1000 }
  await world.submit('key.limit', limit, [institution('smbc')])
  assert.equal(failureOf(analyst.token), null)
  world.clock.advance(1000)
  assert.equal(failureOf(analyst.token), 'revoked')
  await refused(() => mint(person('smbc-analyst')), 'token_request_signature_invalid')
  const staff = mint(person('asagiri-engineer'), { institution: 'mizuho' })
  const pair = { institution: 'mizuho', integrator: 'asagiri-integration', reason: 'over' }
  await world.submit('delegation.revoke', pair, [institution('mizuho')])
  const ended = authenticate(staff.token)
  assert.ok(ended.ok && ended.caller.standing === 'delegation_ended')
  await world.submit('integrator.suspend', { id: 'asagiri-integration', reason: 'r' }, [party('jp')])
  assert.equal(
    callerOf({ kind: 'integrator', id: 'asagiri-integration' }).standing,
    'integrator_not_admitted',
  )
  await world.submit('institution.suspend', { id: 'mizuho', reason: 'r' }, [party('jp')])
  assert.equal(callerOf(institution('mizuho')).standing, 'institution_suspended')
})

test('live credentials of one holder are limited', async () => {
  const us = party('us')
  for (let i = world.programme.administration.of(us).length; i < ADMIN_TOKENS_PER_HOLDER_MAX; i++) mint(us)
  await refused(() => mint(us), 'token_limit')
  world.clock.advance(61_000)
  mint(us)
})

test('no text that was not minted is ever a caller', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('', 'sekisho_', 'sekisho_admin_'), (text, prefix) => {
      assert.equal(authenticate(prefix + text).ok, false)
    }),
  )
})

test('nothing is asked of a programme that is not founded', async () => {
  await world.programme.close()
  assert.equal(failureOf('sekisho_admin_x'), 'not_ready')
})
