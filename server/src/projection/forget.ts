/**
 * Forgetting what was destroyed: a projection must not keep what the ledger cannot read any more.
 *
 * Spec: docs/spec/custody.md §5. Repeatable. Sums of use per day stay: they are of counts, not of content.
 */
import type { Destruction } from '../programme/index.ts'
import type { Database } from '../storage/index.ts'

/** Removes what a destruction left in the tables. */
export async function forgetDestroyed(
  database: Database,
  destructions: readonly Destruction[],
): Promise<void> {
  for (const { class: kind, institution, beforeMs } of destructions) {
    const texts = kind === 'intent' ? FORGET_INTENTS : FORGET_OUTCOMES
    await database.transaction(async (sql) => {
      for (const text of texts) await sql.query(text, [institution, beforeMs])
    })
  }
}

const FORGET_INTENTS = [
  `delete from programme_hold where institution = $1 and at_ms < $2`,
  `delete from programme_decision where institution = $1 and time_ms < $2`,
]
/** An outcome is never earlier than its intent; the intent's time stands for it. */
const FORGET_OUTCOMES = [
  `delete from programme_refusal r using programme_decision d
     where r.decision = d.id and d.institution = $1 and d.time_ms < $2`,
  `update programme_decision set closed_by = null, ended = null, code = null, tokens = null
     where institution = $1 and time_ms < $2`,
]
