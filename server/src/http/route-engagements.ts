/** Engagements, as far as the caller sees them. They change by statements only. Spec: docs/spec/engagement.md §4. */
import type { AdminCaller } from '../access/index.ts'
import { systemClock } from '../base/index.ts'
import { type Engagement, engagementStands } from '../programme/index.ts'
import type { AdminDeps } from './admin.ts'
import { json } from './answer.ts'
import { HttpError } from './error.ts'
import type { Route } from './route.ts'
import { seesInstitution } from './sight.ts'

export function engagementRoutes(deps: AdminDeps): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/engagements',
      proof: 'credential',
      handle: (_call, caller) => json(200, { engagements: seen(caller, deps).map(summary) }),
    },
    {
      method: 'GET',
      path: '/v1/engagements/:id',
      proof: 'credential',
      handle: ({ params }, caller) => {
        const found = seen(caller, deps).find(({ id }) => id === params.id)
        if (found !== undefined) return json(200, whole(found))
        throw new HttpError('http_engagement_unknown', 'no such engagement for you: check the id')
      },
    },
  ]
}

function seen(caller: AdminCaller, { programme }: AdminDeps): Engagement[] {
  const sees = seesInstitution(caller)
  return [...programme.snapshot().engagements.values()].filter(({ institution }) => sees(institution))
}

function summary(engagement: Engagement) {
  const { id, institution, purpose, autonomy, author, approvedBy } = engagement
  return {
    id,
    institution,
    purpose,
    autonomy,
    author,
    state: engagementStands(engagement, systemClock.nowMs()),
    approved_by: approvedBy,
    draft: engagement.draft,
    from_ms: engagement.fromMs,
    until_ms: engagement.untilMs,
  }
}

function whole(engagement: Engagement) {
  const { assets, capabilities, members, terms } = engagement
  return { ...summary(engagement), assets, capabilities, members, terms: terms ?? null }
}
