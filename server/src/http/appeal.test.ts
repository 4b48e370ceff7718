/** Engagements and appeals over HTTP: what one sees, what one does not, and the figures. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AdminCaller } from '../access/index.ts'
import { newDecisionId } from '../base/index.ts'
import type { Appeal, Engagement } from '../programme/index.ts'
import type { AdminDeps } from './admin.ts'
import { HttpError } from './error.ts'
import type { AdminRoute, Call, Route } from './route.ts'
import { appealRoutes, figuresOf } from './route-appeals.ts'
import { engagementRoutes } from './route-engagements.ts'

const appeal = (decision: string, outcome: Appeal['outcome'], institution = 'mufg'): Appeal => ({
  decision,
  institution,
  actor: 'mufg-analyst',
  reason: 'r',
  consent: true,
  atMs: 1,
  outcome,
  answeredBy: null,
})
const engagement: Engagement = {
  id: 'e-one',
  institution: 'mufg',
  author: 'mufg-lead',
  purpose: 'p',
  state: 'active',
  assets: [],
  capabilities: ['hardening'],
  members: [],
  autonomy: 'A0',
  fromMs: 0,
  untilMs: 1,
  approvedBy: ['a', 'b'],
  draft: 'd',
}
const APPEALS = [appeal('dec_a', 'granted'), appeal('dec_b', 'upheld'), appeal('dec_c', 'open', 'smbc')]
// Only what these routes read of a programme that stands.
const deps = {
  programme: {
    snapshot: () => ({ appeals: APPEALS, engagements: new Map([['e-one', engagement]]) }),
    decisions: async () => [],
    flush: async () => {},
  },
} as unknown as AdminDeps
const caller = (institution: string): AdminCaller =>
  ({
    sight: new Set([institution]),
    actor: null,
    holder: { kind: 'institution', id: institution },
  }) as unknown as AdminCaller

async function ask(
  routes: readonly Route[],
  path: string,
  params: Record<string, string>,
  institution: string,
) {
  const route = routes.find((each) => each.path === path) as AdminRoute
  const answer = await route.handle({ params } as unknown as Call, caller(institution))
  return JSON.parse(Buffer.from(answer.body as Buffer).toString())
}
const codeOf = (code: string) => (error: unknown) => error instanceof HttpError && error.code === code

test('granted over answered is the figure, and nothing answered is no figure', () => {
  assert.deepEqual(figuresOf(APPEALS), { open: 1, granted: 1, upheld: 1, over_refusal_permille: 500 })
  assert.equal(figuresOf([]).over_refusal_permille, null)
})

test('an institution sees its own appeals, and one answer for all others', async () => {
  const routes = appealRoutes(deps)
  const { appeals, figures } = await ask(routes, '/v1/appeals', {}, 'mufg')
  assert.deepEqual([appeals.length, figures.open], [2, 0])
  const one = (decision: string, institution: string) =>
    ask(routes, '/v1/appeals/:decision', { decision }, institution)
  await assert.rejects(one('dec_c', 'mufg'), codeOf('http_appeal_unknown'))
  await assert.rejects(one('dec_x', 'mufg'), codeOf('http_appeal_unknown'))
  // An appeal names any decision; what is no decision of the institution is not shown.
  await assert.rejects(one('dec_a', 'mufg'), codeOf('http_decision_unknown'))
})

test('an appeal against a colleague’s decision is none to review', async () => {
  const decision = newDecisionId()
  const asked = async (actor: string) => {
    const own = {
      programme: {
        snapshot: () => ({ appeals: [{ ...appeal('', 'open'), decision }] }),
        decisions: async () => [{ index: 7, closedBy: null }],
        flush: async () => {},
      },
      ledger: {
        read: async () => ({ class: 'exchange', timeMs: 1, fields: { institution: 'mufg', actor } }),
      },
      agreement: () => ({ digest: 'd' }),
    } as unknown as AdminDeps // only what the route reads
    return ask(appealRoutes(own), '/v1/appeals/:decision', { decision }, 'mufg')
  }
  assert.equal((await asked(appeal('', 'open').actor)).intent, 7)
  await assert.rejects(asked('somebody-else'), codeOf('http_appeal_unknown'))
})

test('an engagement is its institution’s; an ended window is expired', async () => {
  const routes = engagementRoutes(deps)
  const shown = await ask(routes, '/v1/engagements/:id', { id: 'e-one' }, 'mufg')
  assert.deepEqual([shown.state, shown.terms, shown.approved_by], ['expired', null, ['a', 'b']])
  await assert.rejects(
    ask(routes, '/v1/engagements/:id', { id: 'e-one' }, 'smbc'),
    codeOf('http_engagement_unknown'),
  )
  assert.deepEqual((await ask(routes, '/v1/engagements', {}, 'smbc')).engagements, [])
})
