/**
 * The governance of the programme as rows: derived whole from the folded state, for people's queries.
 *
 * Nothing is decided by these rows. Whoever changes one changes what a query shows until the next statement or rebuild, and
 * the rebuild names it. Spec: docs/spec/proposal.md §9.
 */
import { isDeepStrictEqual } from 'node:util'
import { entry } from '../governance/index.ts'
import { type Snapshot, stageOf } from '../programme/index.ts'
import type { Database, Sql } from '../storage/index.ts'

export interface GovernanceRow {
  readonly kind: string
  readonly id: string
  readonly body: object
}

type Differing = Rebuilt['differing'][number]

/** What a rebuild found: rows now, and those that were not what the ledger says. */
export interface Rebuilt {
  readonly rows: number
  /** `kind/id`, with what was wrong: `changed`, `missing`, `foreign`. */
  readonly differing: readonly { readonly row: string; readonly how: 'changed' | 'missing' | 'foreign' }[]
}

export function governanceRows(snapshot: Snapshot): GovernanceRow[] {
  const { governance, agreement } = snapshot
  const rows = (kind: string, record: Readonly<Record<string, object>>): GovernanceRow[] =>
    Object.entries(record).map(([id, body]) => ({ kind, id, body }))
  return [
    { kind: 'snapshot', id: 'governance', body: { index: snapshot.index } },
    ...Object.values(governance.proposals).map(({ text: _, ...body }) => ({
      kind: 'proposal',
      id: body.id,
      body,
    })),
    ...rows('seat', governance.seats),
    ...rows('observer', governance.observers),
    ...rows('attestation', governance.attestations),
    ...rows('basis', governance.bases),
    ...rows('list', governance.lists),
    ...rows('capability', governance.capabilities),
    ...rows('clearance', governance.clearances),
    ...governance.orders.map((body) => ({ kind: 'order', id: body.id, body })),
    ...governance.rulings.map((body) => ({ kind: 'ruling', id: body.proposal, body })),
    ...[...agreement.sectors.keys()].map((id) => ({
      kind: 'sector',
      id,
      body: { stage: stageOf(snapshot, id), ...(entry(governance.rollouts, id) ?? { state: 'moving' }) },
    })),
  ]
}

/** Replaces every row by what the state says, and tells which were not. */
export async function writeGovernance(database: Database, snapshot: Snapshot): Promise<Rebuilt> {
  const wanted = new Map(governanceRows(snapshot).map((row) => [`${row.kind}/${row.id}`, row]))
  return database.transaction(async (sql) => {
    const found = await readRows(sql)
    const differing = compare(found, wanted)
    // Rows of an earlier state are behind, not changed.
    const behind =
      (found.get('snapshot/governance') as { index?: unknown } | undefined)?.index !== snapshot.index
    if (differing.length > 0) {
      await sql.query('delete from governance_row')
      await sql.query(
        `insert into governance_row (kind, id, body)
         select kind, id, body from jsonb_to_recordset($1::jsonb) as r (kind text, id text, body jsonb)`,
        [JSON.stringify([...wanted.values()])],
      )
    }
    return { rows: wanted.size, differing: behind ? [] : differing }
  })
}

async function readRows(sql: Sql): Promise<ReadonlyMap<string, object>> {
  const rows = await sql.query<{ kind: string; id: string; body: object }>(
    'select kind, id, body from governance_row for update',
  )
  return new Map(rows.map(({ kind, id, body }) => [`${kind}/${id}`, body]))
}

function compare(
  found: ReadonlyMap<string, object>,
  wanted: ReadonlyMap<string, GovernanceRow>,
): Differing[] {
  const foreign = [...found.keys()]
    .filter((row) => !wanted.has(row))
    .map((row) => ({ row, how: 'foreign' as const }))
  const others = [...wanted].flatMap(([row, { body }]): Differing[] => {
    const known = found.get(row)
    if (known === undefined) return [{ row, how: 'missing' as const }]
    // Both as plain JSON: what the database gives back has no prototype of ours.
    const same = isDeepStrictEqual(JSON.parse(JSON.stringify(body)), JSON.parse(JSON.stringify(known)))
    return same ? [] : [{ row, how: 'changed' as const }]
  })
  return [...foreign, ...others]
}
