/**
 * Making the projection anew: what was there is set aside, everything is projected from entry 0, and the two are compared.
 *
 * A projection is derived, so a difference is a row that somebody changed, or a defect of ours; either way the ledger is
 * right. Spec: docs/spec/budget.md §7. Tokens are no projection: theirs is the only copy, and it is not touched.
 */
import type { Database } from '../storage/index.ts'

/** Tables that are wholly derived from the ledger, and what names a row of each to a person. */
const TABLES = {
  programme_statement: 'index::text',
  programme_decision: 'index::text',
  programme_usage: `kind || '/' || id || ' day ' || day`,
  programme_hold: 'id',
  programme_refusal: `key || ' of ' || actor`,
} as const
type Table = keyof typeof TABLES
const NAMES = Object.keys(TABLES) as readonly Table[] // of an object literal: exactly its keys
const SHOWN_MAX = 20

export interface Difference {
  readonly table: string
  /** Rows that the ledger does not make, and rows that it makes and that were not there. */
  readonly rows: number
  /** Names of some of them. */
  readonly examples: readonly string[]
}

const aside = (table: Table): string => `rebuild_${table}`

/** Empties the projection and keeps what was there beside it. */
export async function setAside(database: Database): Promise<void> {
  await database.transaction(async (sql) => {
    for (const table of NAMES) {
      await sql.query(`drop table if exists ${aside(table)}`)
      await sql.query(`create table ${aside(table)} as table ${table}`)
      await sql.query(`truncate ${table}`)
    }
    await sql.query(`update programme_projection set next_index = 0 where name = 'programme'`)
  })
}

/** Compares what was set aside with what is there now, and drops it. */
export async function compareAside(
  database: Database,
  tables: readonly string[] = NAMES,
): Promise<readonly Difference[]> {
  const differences: Difference[] = []
  for (const table of NAMES) {
    const rows = tables.includes(table) ? await differingRows(database, table) : []
    if (rows.length > 0) differences.push({ table, rows: rows.length, examples: rows.slice(0, SHOWN_MAX) })
    await database.query(`drop table ${aside(table)}`)
  }
  return differences
}

async function differingRows(database: Database, table: Table): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `select distinct ${TABLES[table]} as name from (
       (table ${table} except all table ${aside(table)}) union all (table ${aside(table)} except all table ${table})
     ) changed order by name`,
  )
  return rows.map(({ name }) => name)
}
