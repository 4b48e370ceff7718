/** Tests of what the admin listener shows of the governance: never a text above a clearance, never a document that is over. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AdminCaller } from '../access/index.ts'
import { createWorld, party } from '../authority/testing.ts'
import { amendedText } from '../programme/testing.ts'
import { governanceRoutes } from './route-governance.ts'

test('proposals, seats, calendar, export control and register, as far as the caller is cleared', async () => {
  await using world = await createWorld()
  const routes = governanceRoutes({ programme: world.programme })
  const get = async (path: string, params: Readonly<Record<string, string>> = {}) => {
    const route = routes.find((each) => each.path === path)
    assert.ok(route, path)
    // The routes read `params` and the caller's actor only.
    const answer = await route.handle({ params } as never, { actor: null } as unknown as AdminCaller)
    return answer.body.toString()
  }
  const { version, digest } = world.programme.snapshot().agreement
  const document = amendedText()
  const draft = {
    id: 'p1',
    title: { en: 't', ja: '題' },
    base: { version, digest },
    document,
    sectors: [],
    reason: 'r',
  }
  await world.submit('proposal.draft', draft, [party('jp')])
  const shown = JSON.parse(await get('/v1/proposals/:id', { id: 'p1' })) as Record<string, unknown>
  assert.deepEqual([shown.state, shown.author, 'text' in shown], ['draft', 'jp', false])
  assert.equal(await get('/v1/proposals/:id/document', { id: 'p1' }), document)
  assert.equal((JSON.parse(await get('/v1/proposals')) as { proposals: unknown[] }).proposals.length, 1)
  assert.match(await get('/v1/agreement'), /^---\nagreement: us-japan-2026/)
  await world.submit('proposal.withdraw', { id: 'p1', reason: 'r' }, [party('jp')])
  await assert.rejects(get('/v1/proposals/:id/document', { id: 'p1' }), { code: 'http_proposal_unknown' })
  await assert.rejects(get('/v1/proposals/:id', { id: 'p2' }), { code: 'http_proposal_unknown' })
  const { bodies } = JSON.parse(await get('/v1/seats')) as { bodies: { seats: { actor: string | null }[] }[] }
  assert.deepEqual([bodies[0]?.seats.length, bodies[0]?.seats[0]?.actor], [36, null])
  assert.equal((JSON.parse(await get('/v1/rollout')) as { sectors: unknown[] }).sectors.length, 15)
  const entry = {
    model: 'm',
    capability: 'patching',
    side: 'defensive',
    autonomy: 'A1',
    disclosure: 'disclosed',
    text: null,
  } as const
  await world.submit('capability.register', { ...entry, label: 'classified', content: '3'.repeat(64) }, [
    party('provider'),
  ])
  assert.deepEqual(JSON.parse(await get('/v1/register')), {
    entries: [{ model: 'm', label: 'classified', disclosure: 'disclosed' }],
  })
  assert.deepEqual(JSON.parse(await get('/v1/export')), { bases: [], orders: [], lists: [], obligations: [] })
})
