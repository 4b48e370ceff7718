/** Statements are submitted here, and the programme is summed up for whoever administers it. */
import { parseSignedStatement } from 'sekisho-verify'
import type { AdminCaller } from '../access/index.ts'
import type { Programme } from '../authority/index.ts'
import type { AdminDeps } from './admin.ts'
import { json } from './answer.ts'
import type { Route } from './route.ts'
import { seesInstitution, stopsSeen } from './sight.ts'
import { stopsInForce } from './stops-in-force.ts'

export function programmeRoutes(deps: AdminDeps): Route[] {
  const { programme } = deps
  return [
    {
      method: 'POST',
      path: '/v1/statements',
      proof: 'itself',
      handle: async (call) => {
        const submitted = await programme.submit(parseSignedStatement(await call.body()))
        return json(201, {
          index: submitted.index,
          time_ms: submitted.timeMs,
          acknowledged: submitted.acknowledged,
          expired: submitted.expired,
        })
      },
    },
    {
      method: 'GET',
      path: '/v1/programme',
      proof: 'credential',
      handle: async (_call, caller) => json(200, await summary(programme, deps, caller)),
    },
    {
      method: 'GET',
      path: '/v1/stops',
      proof: 'credential',
      handle: async (_call, caller) => {
        const snapshot = programme.snapshot()
        return json(200, { stops: await stopsInForce(snapshot, deps.ledger, stopsSeen(snapshot, caller)) })
      },
    },
  ]
}

/** How the programme stands, as far as the caller sees it. */
async function summary(programme: Programme, deps: AdminDeps, caller: AdminCaller) {
  const snapshot = programme.snapshot()
  const sees = seesInstitution(caller)
  const { agreement } = snapshot
  return {
    programme: snapshot.programme,
    sample: snapshot.sample,
    snapshot: { index: snapshot.index, digest: snapshot.digest },
    agreement: {
      id: agreement.id,
      version: agreement.version,
      digest: agreement.digest,
      title: agreement.title,
    },
    institutions: [...snapshot.institutions.values()]
      .filter(({ id }) => sees(id))
      .map(({ id, sector, name, standing, fictional }) => ({
        id,
        sector,
        name,
        standing,
        fictional,
      })),
    sectors: [...agreement.sectors.values()].map((sector) => ({
      id: sector.id,
      en: sector.en,
      ja: sector.ja,
      stage: snapshot.stages.get(sector.id) ?? sector.stage,
    })),
    counts: {
      actors: countOf(snapshot.actors.values(), (each) => sees(each.institution)),
      engagements: countOf(snapshot.engagements.values(), (each) => sees(each.institution)),
      grants: countOf(snapshot.grants, (each) => sees(each.institution)),
      delegations: countOf(snapshot.delegations, (each) => sees(each.institution)),
    },
    parties: [...snapshot.parties.values()].map(({ id, kind, threshold, keys }) => ({
      id,
      kind,
      threshold,
      keys: keys.filter((key) => !key.revoked).map((key) => key.id),
    })),
    stops: await stopsInForce(snapshot, deps.ledger, stopsSeen(snapshot, caller)),
    addresses: deps.addresses(),
    incident_mode: snapshot.incidentMode,
    ledger: { origin: deps.ledger.origin, verifier_key: deps.ledger.verifierKey, size: deps.ledger.size() },
  }
}

function countOf<T>(values: Iterable<T>, counts: (value: T) => boolean): number {
  let count = 0
  for (const value of values) if (counts(value)) count += 1
  return count
}
