/** Statements are submitted here, and the programme is summed up for whoever administers it. */
import { parseSignedStatement } from 'sekisho-verify'
import type { Programme } from '../authority/index.ts'
import type { AdminDeps } from './admin.ts'
import { json } from './answer.ts'
import type { Route } from './route.ts'
import { stopsInForce } from './stops-in-force.ts'

export function programmeRoutes(deps: AdminDeps): Route[] {
  const { programme } = deps
  return [
    {
      method: 'POST',
      path: '/v1/statements',
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
    { method: 'GET', path: '/v1/programme', handle: async () => json(200, await summary(programme, deps)) },
    {
      method: 'GET',
      path: '/v1/stops',
      handle: async () => json(200, { stops: await stopsInForce(programme.snapshot(), deps.ledger) }),
    },
  ]
}

async function summary(programme: Programme, deps: AdminDeps) {
  const snapshot = programme.snapshot()
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
    institutions: [...snapshot.institutions.values()].map(({ id, sector, name, standing, fictional }) => ({
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
      actors: snapshot.actors.size,
      engagements: snapshot.engagements.size,
      grants: snapshot.grants.length,
      delegations: snapshot.delegations.length,
    },
    parties: [...snapshot.parties.values()].map(({ id, kind, threshold, keys }) => ({
      id,
      kind,
      threshold,
      keys: keys.filter((key) => !key.revoked).map((key) => key.id),
    })),
    stops: await stopsInForce(snapshot, deps.ledger),
    addresses: deps.addresses(),
    incident_mode: snapshot.incidentMode,
    ledger: { origin: deps.ledger.origin, verifier_key: deps.ledger.verifierKey, size: deps.ledger.size() },
  }
}
