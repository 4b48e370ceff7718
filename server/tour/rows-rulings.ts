/**
 * Rows of the governance tour on uses and persons: rulings that forbid and approve a named use, and an export order that begins at a
 * stated moment and leaves only those inside a licence.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { askResponses } from './ask.ts'
import type { GovernanceWorld } from './governance-world.ts'
import { LOG_TRIAGE_JA, PATCH_REVIEW_EN } from './prompts.ts'
import type { TourRow } from './row.ts'

/** Long enough to be signed and written before it begins. */
const AHEAD_MS = 3_000
const AUTHORITIES = ['us', 'us-2', 'jp', 'jp-2']

export const RULING_ROWS: readonly TourRow<GovernanceWorld>[] = [
  {
    id: 'g11',
    what: 'the group rules on two uses of finance: one is forbidden and stops at once, one is approved and goes on',
    expected: 'before: allow, allow; forbidden: deny; approved: allow (use_ruling approved)',
    run: async (world) => {
      const [patch, triage] = await Promise.all([read(world, PATCH_REVIEW_EN), read(world, LOG_TRIAGE_JA)])
      await Promise.all([
        rule(world, 'no-patch', patch.capability, 'forbidden'),
        rule(world, 'triage', triage.capability, 'approved'),
      ])
      const [forbidden, approved] = [await read(world, PATCH_REVIEW_EN), await read(world, LOG_TRIAGE_JA)]
      return plain(
        `before: ${patch.verdict}, ${triage.verdict}; forbidden: ${forbidden.verdict}; approved: ${approved.verdict} (use_ruling ${approved.ruling})`,
      )
    },
  },
  {
    id: 'g12',
    what: 'from a stated moment only persons inside the licence’s scope: everywhere, within a second of it',
    expected: 'before: allow, allow; inside: allow; outside: deny, within a second; lifted: allow',
    run: async (world) => {
      const fromMs = Date.now() + AHEAD_MS
      await state(world, licence(fromMs), ['us', 'us-2'])
      const words = ['export', 'order', '--id', 'o2', '--by', 'us', '--reference', 'drill: licence 17:00']
      const tiers = ['--tier', 'rehearsal', '--tier', 'standard', '--basis', 'l1', '--reason', 'drill']
      const from = ['--from', new Date(fromMs).toISOString()]
      await world.tour.desk.run(...words, ...tiers, ...from, '--key', world.tour.keyOf('us'))
      const verdictOf = async (who: string) =>
        (await world.tour.ask(askResponses, who, LOG_TRIAGE_JA)).verdict
      const before = [await verdictOf('mufg-analyst'), await verdictOf('mizuho-analyst')]
      await sleep(Math.max(0, fromMs - Date.now()))
      const inside = await verdictOf('mufg-analyst')
      const outside = await verdictOf('mizuho-analyst')
      const tookMs = Date.now() - fromMs
      world.notes.push(`both were decided under the order ${tookMs} ms after its moment`)
      const lift = AUTHORITIES.flatMap((name) => ['--key', world.tour.keyOf(name)])
      await world.tour.desk.run('export', 'lift', 'o2', '--reason', 'over', ...lift)
      const when = tookMs < 1_000 ? 'within a second' : `${tookMs} ms later`
      return plain(
        `before: ${before.join(', ')}; inside: ${inside}; outside: ${outside}, ${when}; lifted: ${await verdictOf('mizuho-analyst')}`,
      )
    },
  },
]

function licence(fromMs: number): object {
  return {
    type: 'export.basis',
    ...{
      id: 'l1',
      kind: 'licence',
      reference: 'drill: a licence for one bank',
      tiers: ['rehearsal', 'standard'],
    },
    ...{ institutions: ['mufg'], nationality: ['party'], location: ['party'], employers: ['employee'] },
    ...{ persons: [], foreign_staff_of: [], reexport: false, deemed_export: true, conditions: [] },
    ...{ from_ms: fromMs - 60_000, until_ms: null },
  }
}

/** From the draft to the day it takes effect; the opinion of an advisory body is recorded and ends nothing. */
async function rule(
  world: GovernanceWorld,
  id: string,
  capability: string,
  verdict: 'forbidden' | 'approved',
): Promise<void> {
  const { desk, keyOf } = world.tour
  const act = (verb: string, ...keys: readonly string[]) =>
    desk.run('proposal', verb, id, ...keys.flatMap((name) => ['--key', keyOf(name)]))
  const view = async () =>
    (await desk.get(`/v1/proposals/${id}`, keyOf('jp'))) as {
      readonly ballot: { readonly closesMs: number }
      readonly timelockEndsMs: number
    }
  const text = { en: id, ja: id }
  const use = {
    name: text,
    sector: 'finance',
    capabilities: [capability],
    autonomy: ['A0'],
    assets: ['none'],
  }
  const { version, digest } = (await inForce(world)) as { version: number; digest: string }
  const base = { version, digest }
  const ruling = { ...use, verdict, until_ms: null }
  await state(world, { type: 'ruling.draft', id, title: text, base, ruling, reason: 'tour' }, ['jp'])
  await act('discuss', 'jp')
  await sleep(1_200)
  await act('open', 'jp', 'jp-2')
  await until((await view()).ballot.closesMs)
  await act('close', 'jp')
  await act('adopt', ...AUTHORITIES)
  await until((await view()).timelockEndsMs)
  await act('activate', 'jp')
}

async function inForce(world: GovernanceWorld): Promise<unknown> {
  const view = (await world.tour.desk.get('/v1/programme', world.tour.keyOf('jp'))) as { agreement: unknown }
  return view.agreement
}

/** Any statement, signed and submitted by command. */
async function state(world: GovernanceWorld, body: object, keys: readonly string[]): Promise<void> {
  const { desk, keyOf } = world.tour
  const name = join(world.dir, `statement-${Math.random().toString(36).slice(2)}.json`)
  await writeFile(name, JSON.stringify(body))
  const signed = await desk.run('statement', 'sign', name, ...keys.flatMap((key) => ['--key', keyOf(key)]))
  await writeFile(name, signed)
  await desk.run('statement', 'submit', name)
}

/** Verdict, what the reader took it for, and the ruling it was decided under. */
async function read(world: GovernanceWorld, prompt: string) {
  const answer = await world.tour.ask(askResponses, 'mufg-analyst', prompt)
  const keyFile = world.tour.keyOf('mufg-analyst')
  const view = (await world.tour.desk.get(`/v1/decisions/${answer.decision}`, keyFile)) as {
    readonly capability: string
    readonly facts: Readonly<Record<string, string>>
  }
  return { verdict: answer.verdict, capability: view.capability, ruling: view.facts.use_ruling }
}

const plain = (got: string) => ({ got, clause: null, receipt: null })

const until = (ms: number): Promise<void> => sleep(Math.max(0, ms - Date.now()) + 100)
