/** Appeals as far as the caller sees them, and the figures that are published. Spec: docs/spec/appeal.md. */
import type { AdminCaller } from '../access/index.ts'
import type { JsonValue } from '../ledger/index.ts'
import type { Appeal } from '../programme/index.ts'
import type { AdminDeps } from './admin.ts'
import { json } from './answer.ts'
import { readDecision } from './decision-view.ts'
import { HttpError } from './error.ts'
import type { Call, Route } from './route.ts'
import { seesInstitution } from './sight.ts'

export function appealRoutes(deps: AdminDeps): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/appeals',
      proof: 'credential',
      handle: (_call, caller) => {
        const appeals = seen(caller, deps)
        return json(200, { appeals: appeals.map(view), figures: figuresOf(appeals) })
      },
    },
    {
      method: 'GET',
      path: '/v1/appeals/:decision',
      proof: 'credential',
      handle: (call, caller) => oneAppeal(call, caller, deps),
    },
  ]
}

async function oneAppeal({ params }: Call, caller: AdminCaller, deps: AdminDeps) {
  const appeal = seen(caller, deps).find(({ decision }) => decision === params.decision)
  if (appeal === undefined) throw unknown()
  const { intent, verdict, capability, side, clauses, institution, actor } = await readDecision(
    appeal.decision,
    deps,
  )
  // HOSTILE: an appeal names any decision, also a colleague's; only the one who was refused is reviewed.
  if (institution !== appeal.institution || actor !== appeal.actor) throw unknown()
  const refusal = await refusalOf(appeal.decision, deps)
  return json(200, { ...view(appeal), intent, verdict, capability, side, clauses, refusal })
}

const unknown = (): HttpError =>
  new HttpError('http_appeal_unknown', 'no such appeal for you, or its decision is not its appellant’s own')

/** Key of the refusal that this decision left behind, or null: as its outcome records it. */
async function refusalOf(decision: string, { programme, ledger }: AdminDeps): Promise<string | null> {
  const [row] = await programme.decisions({ id: decision, limit: 1 })
  if (row === undefined || row.closedBy === null) return null
  const entry = await ledger.read(row.closedBy)
  if (entry.class !== 'exchange' || entry.fields === 'unavailable') return null
  const key = memberOf(memberOf(entry.fields.response, 'sticky'), 'key')
  return typeof key === 'string' ? key : null
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return (value as { readonly [key: string]: JsonValue })[name] // no array: an object of JSON
}

function seen(caller: AdminCaller, { programme }: AdminDeps): readonly Appeal[] {
  const sees = seesInstitution(caller)
  return (programme.snapshot().appeals ?? []).filter(({ institution }) => sees(institution))
}

function view({ decision, institution, actor, reason, consent, atMs, outcome, answeredBy }: Appeal) {
  return { decision, institution, actor, reason, consent, at_ms: atMs, outcome, answered_by: answeredBy }
}

/** Granted is over-refusal: of what was answered, the share that should not have been refused. */
export function figuresOf(appeals: readonly Appeal[]) {
  const count = (outcome: Appeal['outcome']): number =>
    appeals.filter((each) => each.outcome === outcome).length
  const [open, granted, upheld] = [count('open'), count('granted'), count('upheld')]
  const answered = granted + upheld
  return {
    open,
    granted,
    upheld,
    over_refusal_permille: answered === 0 ? null : Math.round((granted * 1000) / answered),
  }
}
