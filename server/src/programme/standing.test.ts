/** Tests of standing: an old token opens nothing once the trust behind it has ended. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkAnswers, type Hold } from '../accounts/index.ts'
import { AUTHORITIES, createWorld, institution, intentDraft, type World } from '../authority/testing.ts'
import type { Payload } from './kinds.ts'
import { standingOf } from './standing.ts'

function standing(world: World, token: string): string {
  const known = world.programme.authority.authenticate(token)
  return known.ok ? standingOf(known.principal, world.programme.snapshot()) : known.failure
}

test('a person: suspended, reinstated', async () => {
  await using world = await createWorld()
  const token = await world.mint('mufg-lead')
  assert.equal(standing(world, token), 'good')
  const old = world.programme.authority.authenticate(token)
  await world.submit('actor.suspend', { id: 'mufg-lead', reason: 'r' }, [institution('mufg')])
  assert.equal(standing(world, token), 'actor_suspended')
  assert.ok(old.ok)
  assert.equal(
    standingOf(old.principal, world.programme.snapshot()),
    'actor_suspended',
    'an older principal gains nothing',
  )
  await world.submit('actor.reinstate', { id: 'mufg-lead', reason: 'r' }, [institution('mufg')])
  assert.equal(standing(world, token), 'good')
})

test('everybody of a suspended institution', async () => {
  await using world = await createWorld()
  const token = await world.mint('mufg-lead')
  await world.submit('institution.suspend', { id: 'mufg', reason: 'r' }, AUTHORITIES)
  assert.equal(standing(world, token), 'institution_suspended')
})

test('integrator staff: by revocation of the delegation, and by its time', async () => {
  await using world = await createWorld()
  const token = await world.mint('asagiri-engineer', { institution: 'mizuho' })
  assert.equal(standing(world, token), 'good')
  const pair = { institution: 'mizuho', integrator: 'asagiri-integration', reason: 'r' }
  await world.submit('delegation.revoke', pair, [institution('mizuho')])
  assert.equal(standing(world, token), 'delegation_ended')

  await using own = await createWorld()
  const delegation = own.programme.snapshot().delegations.find((each) => each.institution === 'mizuho')!
  own.clock.advance(delegation.untilMs - own.clock.nowMs() - 1000)
  const late = await own.mint('asagiri-engineer', { institution: 'mizuho' })
  assert.equal(standing(own, late), 'good')
  own.clock.advance(2000)
  assert.equal(standing(own, late), 'delegation_ended')
})

test('integrator staff: of a suspended integrator', async () => {
  await using world = await createWorld()
  const token = await world.mint('asagiri-engineer', { institution: 'mizuho' })
  await world.submit('integrator.suspend', { id: 'asagiri-integration', reason: 'r' }, AUTHORITIES)
  assert.equal(standing(world, token), 'integrator_not_admitted')
})

test('a stop of a model that the catalogue does not have is refused, unless it says so', async () => {
  await using world = await createWorld({ knownModel: (id) => id === 'rehearsal/1' })
  const by = [{ kind: 'party', id: 'provider' }] as const
  const stop = (id: string, more: { unknown_model?: true } = {}) =>
    world.submit('stop.issue', { scope: { kind: 'model', id }, reason: 'r', ...more }, by)
  await assert.rejects(stop('rehersal/1'), { code: 'statement_subject_unknown' })
  assert.equal(world.programme.snapshot().stops.length, 0)
  await stop('rehearsal/1')
  await stop('not-here-yet', { unknown_model: true })
  assert.equal(world.programme.snapshot().stops.length, 2)
  await assert.rejects(stop('other', { unknown_model: false as never }), {
    code: 'statement_payload_invalid',
  })
  const again = await world.restart()
  assert.equal(again.programme.snapshot().stops.length, 2, 'a replay asks no catalogue')
})

test('an approver of another institution learns nothing of a hold by approving it', async () => {
  await using world = await createWorld()
  const draft = intentDraft(world, { verdict: 'hold', approval: { count: 1, roles: ['approver'] } })
  await world.programme.authority.append(draft)
  const [hold] = world.programme.holds('mufg')
  assert.ok(hold !== undefined)
  const payload = { institution: 'mizuho', hold: hold.id } as never
  const check: (hold: Hold | null, payload: Payload<'grant.approve'>) => void = checkAnswers
  const answers: (readonly [unknown, string])[] = []
  for (const asked of [hold, null]) {
    try {
      check(asked, payload)
    } catch (error) {
      assert.ok(error instanceof Error && 'code' in error)
      answers.push([error.code, error.message])
    }
  }
  assert.equal(answers[0]?.[0], 'statement_hold_unknown')
  assert.deepEqual(answers[0], answers[1])
})
