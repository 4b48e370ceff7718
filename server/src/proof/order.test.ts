/** The order of facts: any order proves the same, and a document that needs another one gets it, the same one every time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FACT_NAMES, type FactName, loadAgreement } from '../agreement/index.ts'
import { checkInvariants, type Ground } from './check.ts'
import { coherentRecords } from './coherence.ts'
import { compareAgreements } from './difference.ts'
import { gathered } from './order.ts'
import { proveAgreement } from './prove.ts'
import { createReplayer } from './replay.ts'
import { makeReports } from './reports.ts'
import { createSpace } from './space.ts'
import { createSteps } from './step.ts'
import { amended, PLANTED, sample, sampleText } from './testing.ts'
import { buildVerdicts, spaceFor } from './verdicts.ts'

/** Clauses over facts that stand far apart in the usual order. */
function scattered(): string {
  const far: readonly (readonly [FactName, FactName])[] = [
    ['model_state', 'use_ruling'],
    ['institution_standing', 'injection'],
    ['actor_standing', 'export_order'],
    ['engagement_window', 'entity_list'],
    ['engagement_member', 'evaluation'],
    ['incident_mode', 'programme_access'],
    ['asset_criticality', 'assurance'],
    ['extraction', 'deemed_export'],
    ['engagement', 'legal_basis'],
    ['grant', 'reexport'],
    ['use_ruling', 'location'],
    ['side', 'surface'],
    ['targets', 'ledger'],
    ['actor_kind', 'budget'],
  ]
  const facts = far.map(
    ([a, b], at) =>
      `\`\`\`cedar\n@clause("18.${at + 10}")\n@advice("t")\n@advice_ja("試")\n@remedy("none")\nforbid (principal, action, resource) when {\n  ${tests(a)} && ${tests(b)}\n};\n\`\`\`\n\n`,
  )
  return sampleText.replace('## Article 19.', `${facts.join('')}## Article 19.`)
}
const tests = (fact: FactName): string =>
  `context.${fact} == "${createSpace().slot(fact).values.at(-1) ?? ''}"`

test('an order holds every fact once, and follows from the documents', () => {
  const order = gathered([sample])
  assert.deepEqual([...order].sort(), [...FACT_NAMES].sort())
  assert.deepEqual(gathered([loadAgreement(sampleText, 'again')]), order)
})

test('the sample keeps the usual order; a document that grows in it gets another, and the same report every time', () => {
  const facts = (space: ReturnType<typeof createSpace>) => space.slots.map(({ fact }) => fact).join()
  assert.equal(facts(spaceFor(sample)), facts(createSpace()))
  const other = loadAgreement(scattered(), 'scattered')
  assert.notEqual(facts(spaceFor(other)), facts(createSpace()))
  assert.equal(proveAgreement(other).digest, proveAgreement(loadAgreement(scattered(), 'scattered')).digest)
})

test('verdicts, counts and what is broken are the same in every order', () => {
  for (const agreement of [sample, loadAgreement(scattered(), 'scattered'), amended(...PLANTED.fourEyes)]) {
    const said = [createSpace(), createSpace(gathered([agreement]))].map((space) => {
      const verdicts = buildVerdicts(space, agreement)
      const ground: Ground = {
        ...{ space, verdicts, coherent: coherentRecords(space), steps: createSteps(space) },
        replayer: createReplayer(agreement),
      }
      const counts = [verdicts.allow, verdicts.hold, verdicts.deny].map((set) => space.count(set))
      const broken = checkInvariants(ground).map(({ failed, counterexamples }) => [
        failed,
        counterexamples.map(({ records }) => records),
      ])
      return { counts, broken }
    })
    assert.deepEqual(said[0], said[1])
  }
})

test('reports made together are those made apart', () => {
  const next = amended(...PLANTED.fourEyes)
  const { difference, proof, brokenHard } = makeReports(sampleText, next.documentText)
  assert.equal(difference, compareAgreements(sample, next).digest)
  assert.equal(proof, proveAgreement(next).digest)
  assert.deepEqual(brokenHard, ['I3'])
})
