/** Tests of what the writer computes before it writes: documents, sectors touched, reports, overrides. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createWorld, party, refused, type World } from '../authority/testing.ts'
import type { Payload } from '../programme/index.ts'
import { amendedText, DAY_MS } from '../programme/testing.ts'
import { sectorsTouched } from './examine.ts'
import { EXAMINER, makeReports } from './index.ts'
import { amended, PLANTED, sample, sampleText } from './testing.ts'

let world: World
before(async () => {
  world = await createWorld({ examiner: EXAMINER })
})
after(() => world[Symbol.asyncDispose]())

const reason = 'because'
const title = { en: 't', ja: '題' }
const jp = [party('jp')]
const draft = (id: string, document: string, sectors: readonly string[] = []): Payload<'proposal.draft'> => {
  const { version, digest } = world.programme.snapshot().agreement
  return { id, title, base: { version, digest }, document, sectors, reason }
}
const opened = amendedText(['ja: 電力, stage: closed', 'ja: 電力, stage: rehearsal'])

test('sectors touched: those of its own tables, or all', () => {
  assert.deepEqual(
    sectorsTouched(sample, amended(['ja: 電力, stage: closed', 'ja: 電力, stage: defensive'])),
    ['electric_power'],
  )
  assert.equal(sectorsTouched(sample, amended(['requests_max: 200', 'requests_max: 100'])), 'all')
  assert.equal(sectorsTouched(sample, amended(PLANTED.unknown[0] as unknown as [string, string])), 'all')
})

test('a draft is an agreement, the next version, and declares what it touches', async () => {
  const submit = (id: string, document: string, sectors?: readonly string[]) =>
    world.submit('proposal.draft', draft(id, document, sectors), jp)
  await refused(submit('a', 'no agreement'), 'statement_document_invalid')
  await refused(submit('a', sampleText), 'statement_agreement_mismatch')
  await refused(submit('a', opened, ['gas']), 'statement_payload_invalid')
  await submit('a', opened, ['electric_power'])
  assert.equal(world.programme.snapshot().governance.proposals.a?.state, 'draft')
})

test('a ballot opens on the true reports, and never on a broken hard invariant', async () => {
  let careless = amendedText()
  for (const [from, to] of PLANTED.fourEyes) careless = careless.replaceAll(from, to)
  await world.submit('proposal.draft', draft('careless', careless), jp)
  await world.submit('proposal.discuss', { id: 'careless' }, jp)
  await world.submit('proposal.discuss', { id: 'a' }, jp)
  world.clock.advance(14 * DAY_MS)
  const open = (proposal: string, document: string, more: object = {}) => {
    const { brokenHard: _, brokenSoft: __, ...digests } = makeReports(sampleText, document)
    return world.submit('ballot.open', { proposal, ...digests, overrides: [], ...more }, jp)
  }
  await refused(open('careless', careless), 'statement_invariant_broken')
  await refused(open('a', opened, { proof: '0'.repeat(64) }), 'statement_subject_differs')
  const needless = { overrides: [{ invariant: 'S1', reason }] }
  await refused(open('a', opened, needless), 'statement_override_missing')
  await open('a', opened)
  assert.equal(world.programme.snapshot().governance.proposals.a?.state, 'ballot')
})

test('a broken soft invariant needs an override with its reason', async () => {
  // From elsewhere, where the basis grants re-export: a choice the parties may make, with their eyes open.
  const soft = amendedText([
    'context.location == "other"\n',
    'context.location == "other" && context.reexport != "granted"\n',
  ])
  const reports = makeReports(sampleText, soft)
  assert.deepEqual([reports.brokenHard, reports.brokenSoft], [[], ['S5']])
  await world.submit('proposal.draft', draft('soft', soft), jp)
  await world.submit('proposal.discuss', { id: 'soft' }, jp)
  world.clock.advance(14 * DAY_MS)
  const { brokenHard: _, brokenSoft: __, ...digests } = reports
  const open = (overrides: readonly { invariant: string; reason: string }[]) =>
    world.submit('ballot.open', { proposal: 'soft', ...digests, overrides }, jp)
  await refused(open([]), 'statement_override_missing')
  await open([{ invariant: 'S5', reason }])
})
