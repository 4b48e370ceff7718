/** A hold in words: what whoever approves reads before signing. */
import { memberOf, numberMember, textMember } from './server-call.ts'
import { localTime, plain } from './show.ts'

/** One line a member. */
export function holdLines(hold: unknown): readonly string[] {
  return describe(hold).map(([name, value]) => row(name, value))
}

/** HOSTILE: words of others are shown without what steers a terminal. */
export function row(name: string, value: string): string {
  return `${name.padEnd(11)} ${plain(value)}`
}

/** HOSTILE: targets are words of the request; they are printed without what steers a terminal. */
function describe(hold: unknown): readonly (readonly [string, string])[] {
  const engagement = memberOf(hold, 'engagement')
  const side = memberOf(hold, 'side')
  const purpose = memberOf(hold, 'engagement_purpose')
  const atMs = memberOf(hold, 'at_ms')
  const clauses = listOf(hold, 'clauses').map(
    (each) => `${textMember(each, 'clause')} ${textMember(memberOf(each, 'title'), 'en')}`,
  )
  const because = listOf(hold, 'because').map(
    (each) => `${textMember(each, 'fact')} is ${textMember(each, 'got')}`,
  )
  const given = listOf(hold, 'approvals_given').map(String)
  return [
    [
      'requested',
      `${textMember(hold, 'actor')} of ${textMember(hold, 'institution')}${typeof atMs === 'number' ? `, ${localTime(atMs)}` : ''}`,
    ],
    ['read as', `${textMember(hold, 'capability')}${typeof side === 'string' ? ` (${side})` : ''}`],
    ['engagement', engagementWords(typeof engagement === 'string' ? engagement : null, purpose)],
    ['targets', targetWords(memberOf(hold, 'targets'))],
    ['clause', clauses.length === 0 ? 'see the page of the decision' : clauses.join('; ')],
    ['because', because.length === 0 ? '–' : because.join(', ')],
    ['session', textMember(hold, 'session')],
    [
      'approvals',
      `${numberMember(hold, 'approvals_needed')} needed${given.length === 0 ? '' : `; given by ${given.join(', ')}`}`,
    ],
  ]
}

function engagementWords(id: string | null, purpose: unknown): string {
  if (id === null) return 'none'
  return typeof purpose === 'string' ? `${id}: ${purpose}` : id
}

function targetWords(targets: unknown): string {
  const named = listOf(targets, 'named').map(
    (each) => `${textMember(each, 'value')} (${textMember(each, 'kind')})`,
  )
  const count = memberOf(targets, 'count')
  const more = typeof count === 'number' ? count - named.length : 0
  if (named.length === 0) return more > 0 ? `${more}, not recorded by name` : 'none named'
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

export function listOf(json: unknown, name: string): readonly unknown[] {
  const value = memberOf(json, name)
  return Array.isArray(value) ? value : []
}
