/** What becomes of an entry, by order, profile, label and what can still be read; and pages that hostile text cannot turn. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FIELD_NAMES, type FieldName, type JsonValue, type PackOrder } from 'sekisho-verify'
import type { Agreement, DisclosureLabel, DisclosureProfile } from '../agreement/index.ts'
import type { RegisterEntry } from '../governance/index.ts'
import type { EntryCustody, StoredEntry } from '../ledger/index.ts'
import { fateOf, runsOf, type Terms } from './fate.ts'
import { escapeText, renderIndex } from './index-page.ts'
import { registerLabels } from './labels.ts'

const ORDER: PackOrder = {
  profile: 'auditor',
  institution: 'bank',
  span: { from: 0, to: 9 },
  entries: null,
  fields: ['kind'],
  content: false,
  sample: null,
}
const PROFILE: DisclosureProfile = {
  id: 'auditor',
  name: { en: 'Auditor', ja: '監査' },
  parties: [],
  roles: ['internal_audit'],
  fields: ['kind'],
  content: false,
  label: 'regulator',
}

function fieldsOf(given: Partial<Record<FieldName, JsonValue>>): Record<FieldName, JsonValue> {
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, given[name] ?? null])) as Record<
    FieldName,
    JsonValue
  > // all names
}

interface Made {
  readonly kind: 'intent' | 'outcome'
  readonly fields: Partial<Record<FieldName, JsonValue>> | 'unavailable'
  readonly epochKey?: number | null
}

const intent = (capability: string, institution = 'bank'): Made => ({
  kind: 'intent',
  fields: { institution, model: { id: 'm' }, decision: { capability } },
})
const outcome = (refers: number, institution = 'bank'): Made => ({
  kind: 'outcome',
  fields: { institution, refers },
})

const ENTRIES: readonly Made[] = [
  intent('open'),
  intent('secret'),
  outcome(1),
  outcome(0),
  intent('open', 'other'),
  { kind: 'intent', fields: 'unavailable', epochKey: null },
  { kind: 'intent', fields: 'unavailable', epochKey: 4 },
  { kind: 'intent', fields: 'unavailable', epochKey: 5 },
  outcome(5),
]

const ledger = {
  size: () => ENTRIES.length,
  async read(index: number): Promise<StoredEntry> {
    const { kind, fields } = ENTRIES[index]! // tests ask for entries there are
    const content = fields === 'unavailable' ? ('unavailable' as const) : Buffer.alloc(0)
    return {
      class: 'exchange',
      kind,
      index,
      timeMs: 1,
      fields: fields === 'unavailable' ? fields : fieldsOf(fields),
      content,
    }
  },
  async custodyOf(index: number): Promise<EntryCustody> {
    const { kind, epochKey = 4 } = ENTRIES[index]! // tests ask for entries there are
    return { kind, timeMs: 1, epochKey }
  },
}
const owners = new Map([
  [4, 'institution/bank'],
  [5, 'institution/other'],
])
const labelOf = (_: string, capability: string): DisclosureLabel =>
  capability === 'secret' ? 'classified' : 'public'

async function fates(more: Partial<Terms> = {}): Promise<string[]> {
  const terms: Terms = { order: ORDER, profile: PROFILE, chosen: null, labelOf, ...more }
  const all = ENTRIES.map((_, index) => fateOf(index, ledger, terms, (number) => owners.get(number) ?? null))
  return (await Promise.all(all)).map(({ state, reason }) => (reason === null ? state : reason))
}

test('scope comes before everything that would tell more; an outcome has the label of its intent', async () => {
  assert.deepEqual(await fates(), [
    'shown',
    'label',
    'label',
    'shown',
    'out_of_scope',
    'destroyed',
    'key_not_held',
    'out_of_scope',
    'label',
  ])
})

test('an order about all institutions, a higher profile, and chosen entries', async () => {
  const all = {
    order: { ...ORDER, institution: null },
    profile: { ...PROFILE, label: 'classified' as const },
  }
  assert.deepEqual(await fates(all), [
    'shown',
    'shown',
    'shown',
    'shown',
    'shown',
    'destroyed',
    'key_not_held',
    'key_not_held',
    'shown',
  ])
  const chosen = await fates({ chosen: new Set([0, 4]) })
  assert.deepEqual(chosen, [
    'shown',
    ...Array(3).fill('not_chosen'),
    'out_of_scope',
    ...Array(4).fill('not_chosen'),
  ])
})

test('runs join what has one fate', () => {
  const shown = { state: 'shown', reason: null } as const
  const label = { state: 'withheld', reason: 'label' } as const
  assert.deepEqual(runsOf(5, [shown, shown, label]), [
    { from: 5, to: 7, ...shown },
    { from: 7, to: 8, ...label },
  ])
})

test('labels: of a registered model everything unregistered is classified, of others nothing is', () => {
  const entry = { model: 'm', capability: 'scan', label: 'regulator' } as unknown as RegisterEntry // the members that are read
  const label = registerLabels({ capabilities: { 'm scan': entry } })
  assert.deepEqual(
    [label('m', 'scan'), label('m', 'other'), label('rehearsal/1', 'other')],
    ['regulator', 'classified', 'public'],
  )
})

test('hostile values stay text in both languages', () => {
  const hostile = '<script>alert(1)</script>"\u202E\u0000\u2028&'
  assert.equal(
    escapeText(hostile),
    '&lt;script&gt;alert(1)&lt;/script&gt;&quot;\\u{202e}\\u{0}\\u{2028}&amp;',
  )
  for (const language of ['en', 'ja'] as const) {
    const page = renderIndex(
      {
        manifest: {
          origin: hostile,
          verifierKey: hostile,
          order: 1,
          madeAtMs: 0,
          span: { from: 0, to: 1 },
          size: 2,
          agreements: [],
          fields: { shown: ['actor'], withheld: [] },
          content: false,
          sample: null,
          entries: [{ from: 0, to: 1, state: 'shown', reason: null }],
          files: [],
        },
        order: { ...ORDER, institution: hostile },
        profile: { ...PROFILE, name: { en: hostile, ja: hostile } },
        agreement: {
          id: hostile,
          version: 1,
          digest: hostile,
          title: { en: hostile, ja: hostile },
        } as unknown as Agreement, // the members that are shown
        fates: [],
        shown: new Map([[0, fieldsOf({ actor: hostile })]]),
        note: hostile,
      },
      language,
    )
    assert.ok(!page.includes('<script'))
    for (const character of ['\u202E', '\u2028', '\u0000']) assert.ok(!page.includes(character))
    assert.match(page, new RegExp(`<html lang="${language}">`))
  }
})
