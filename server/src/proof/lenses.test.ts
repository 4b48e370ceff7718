/** Tests of the replay and scenario lenses. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ORDINARY } from '../agreement/index.ts'
import { completeFacts, decideScenarios, parseScenarios, replayDecisions } from './lenses.ts'
import { amended, sample } from './testing.ts'

const SCENARIOS = new URL('../../../agreements/us-japan-2026/scenarios.json', import.meta.url)
const scenarios = parseScenarios(JSON.parse(readFileSync(SCENARIOS, 'utf8')))

test('the sample answers every named scenario as it says', () => {
  assert.ok(scenarios.length >= 15)
  for (const { scenario, verdict } of decideScenarios(sample, scenarios)) {
    assert.equal(verdict, scenario.expect, scenario.id)
  }
})

test('replay: counts what would be decided otherwise, grouped by clause, with one of each', () => {
  const after = amended([
    'forbid (principal, action, resource) when {\n  context.leakage == "present"\n};',
    'forbid (principal, action, resource) when {\n  context.leakage == "present" || context.surface == "tool_call"\n};',
  ])
  const recorded = [
    ...Array.from({ length: 5 }, () => ORDINARY),
    ...Array.from({ length: 3 }, () => ({ ...ORDINARY, surface: 'tool_call' })),
  ]
  const report = replayDecisions(sample, after, recorded)
  assert.deepEqual([report.decisions, report.distinct, report.same], [8, 2, 5])
  assert.deepEqual(
    report.changes.map(({ from, to, before, after: now, count }) => [from, to, before, now, count]),
    [['allow', 'deny', ['11.1'], ['16.1'], 3]],
  )
})

test('a record made before a fact existed takes its default; a strange one is refused', () => {
  const { entity_list: _, use_ruling: __, ...older } = ORDINARY
  assert.deepEqual(completeFacts(older), ORDINARY)
  for (const wrong of [
    { ...older, mood: 'good' },
    { ...older, side: 'left' },
  ]) {
    assert.throws(() => completeFacts(wrong), { code: 'proof_facts_invalid' })
  }
  for (const wrong of [{}, [{}], [{ id: 'x', title: { en: 'x', ja: 'x' }, facts: {}, expect: 'maybe' }]]) {
    assert.throws(() => parseScenarios(wrong), { code: 'proof_facts_invalid' })
  }
})
