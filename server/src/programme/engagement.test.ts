/** The life of an engagement as its page prints it, and what a scope document must say. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { checkTerms, type EngagementTerms } from './engagement-terms.ts'
import { ProgrammeError } from './error.ts'
import { ENGAGEMENT_LIFE, engagementStands, type Machine } from './machine.ts'

const PAGE = readFileSync(path.join(import.meta.dirname, '../../../docs/spec/engagement.md'), 'utf8')

test('docs/spec/engagement.md prints the states', () => {
  const [, rest = ''] = PAGE.split('<!-- machine -->\n')
  assert.equal(rest.split('<!-- /machine -->')[0]?.trim(), tableOf(ENGAGEMENT_LIFE))
})

test('a window that ended is expired, whatever was not closed', () => {
  for (const state of ['draft', 'active', 'suspended'] as const) {
    assert.equal(engagementStands({ state, untilMs: 10 }, 9), state)
    assert.equal(engagementStands({ state, untilMs: 10 }, 10), 'expired')
  }
  assert.equal(engagementStands({ state: 'closed', untilMs: 10 }, 10), 'closed')
})

const TERMS: EngagementTerms = {
  authorisations: [{ asset: 'a', owner: 'o', administrator: 'it', document: '1'.repeat(64) }],
  techniques: { allowed: ['T1190'], forbidden: ['T1486'] },
  exclusions: [{ kind: 'ipv4', value: '192.0.2.9', reason: 'hosted for another' }],
  stop_contact: 'soc',
  legal: { basis: 'contract', opinion: '2'.repeat(64) },
}
const ASSETS = [{ id: 'a', criticality: 'ordinary' }]

const codeOf = (run: () => void): string | null => {
  try {
    run()
    return null
  } catch (error) {
    assert.ok(error instanceof ProgrammeError)
    return error.code
  }
}

test('offensive work needs its terms; defensive work does not', () => {
  const check = (capabilities: readonly ('exploit_validation' | 'hardening')[], terms?: EngagementTerms) =>
    codeOf(() => checkTerms({ assets: ASSETS, capabilities, ...(terms === undefined ? {} : { terms }) }))
  assert.equal(check(['hardening']), null)
  assert.equal(check(['exploit_validation']), 'statement_terms_missing')
  assert.equal(check(['exploit_validation'], TERMS), null)
  assert.equal(check(['exploit_validation'], { ...TERMS, legal: null }), 'statement_terms_missing')
  assert.equal(check(['exploit_validation'], { ...TERMS, authorisations: [] }), 'statement_terms_missing')
  const odd: Partial<EngagementTerms>[] = [
    { exclusions: [{ kind: 'cidr', value: '0.0.0.0/0', reason: 'all' }] },
    { authorisations: [{ asset: 'b', owner: 'o', administrator: 'it', document: '1'.repeat(64) }] },
    { techniques: { allowed: ['T1190'], forbidden: ['T1190'] } },
  ]
  for (const more of odd)
    assert.equal(check(['hardening'], { ...TERMS, ...more }), 'statement_payload_invalid')
})

function tableOf(machine: Machine<string, string>): string {
  const events = Object.keys(Object.values(machine)[0] ?? {})
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(['engagement', ...events]),
    line(['---', ...events.map(() => '---')]),
    ...Object.entries(machine).map(([state, row]) =>
      line([state, ...events.map((event) => row[event] ?? '–')]),
    ),
  ].join('\n')
}
