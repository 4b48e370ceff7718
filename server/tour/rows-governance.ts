/**
 * What the governance tour shows: an amendment from the draft to the day it takes effect, one that proof keeps from a ballot, an
 * emergency stop, an export order, and all of it read again from the public ledger.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { loadAgreement } from '../src/agreement/index.ts'
import { entry } from '../src/governance/index.ts'
import { makeReports } from '../src/proof/index.ts'
import { sampleSeats } from '../src/sample/index.ts'
import { askResponses } from './ask.ts'
import { CLOSED_SECTOR, PROVIDER, RESUMERS } from './cast.ts'
import type { GovernanceWorld } from './governance-world.ts'
import { PATCH_REVIEW_EN } from './prompts.ts'
import { refold } from './refold.ts'
import type { TourRow } from './row.ts'
import { RULING_ROWS } from './rows-rulings.ts'
import { verifyByCommand } from './verify-command.ts'

type Row = TourRow<GovernanceWorld>

const POWER = 'power'
const LATE_SEAT = 'government.private.1'
/** The seats that do not simply vote for. */
const CHOICES: Readonly<Record<string, string>> = {
  'credit.public.1': 'abstain',
  'finance.private.2': 'recuse',
  'gas.private.1': 'against',
}
/** Votes cast at once. */
const TOGETHER = 6
const PARTIES = ['us', 'us-2', 'jp', 'jp-2', ...PROVIDER]

export const GOVERNANCE_ROWS: readonly Row[] = [
  {
    id: 'g01',
    what: 'a fictional power company asks; its sector is closed',
    expected: 'deny',
    run: async ({ tour }) => {
      const answer = await tour.ask(askResponses, CLOSED_SECTOR, PATCH_REVIEW_EN)
      return tour.outcome(answer.verdict, answer)
    },
  },
  {
    id: 'g02',
    what: 'an amendment that drops four-eyes: proof shows a request, and no ballot opens',
    expected: 'broken: I3, replayed; ballot refused (statement_invariant_broken); withdrawn',
    run: async (world) => {
      const file = await world.amend('careless', [
        ['["zero", "one"].contains(context.engagement_approvals)', 'context.engagement_approvals == "zero"'],
        [
          'context.engagement_approvals == "two_or_more"',
          '["one", "two_or_more"].contains(context.engagement_approvals)',
        ],
      ])
      const { desk } = world.tour
      const proof = await desk.ask('agreement', 'prove', file)
      const shown =
        proof.ok || !/I3 +BROKEN[\s\S]*approvals of the engagement: one/.test(proof.out)
          ? 'not shown'
          : 'broken: I3, replayed'
      await draft(world, 'careless', file, [])
      await run(world, 'proposal discuss careless', 'jp')
      await sleep(1_100)
      const opened = await ask(world, 'proposal open careless', 'jp', 'jp-2')
      await run(world, 'proposal withdraw careless --reason broken', 'jp')
      return plain(`${shown}; ballot ${opened.ok ? 'opened' : `refused (${opened.code})`}; withdrawn`)
    },
  },
  {
    id: 'g03',
    what: 'an amendment opens 電力 (electric power) to defensive: the exact difference, and the proof',
    expected: 'one sector changes; something gained, nothing lost; every invariant proved; in discussion',
    run: async (world) => {
      const file = await world.amend(POWER, [
        [
          'id: electric_power, en: Electric power, ja: 電力, stage: closed',
          'id: electric_power, en: Electric power, ja: 電力, stage: defensive',
        ],
      ])
      const { desk } = world.tour
      const diff = JSON.parse(
        await desk.run('agreement', 'diff', `${world.dir}/v1.md`, file, '--json'),
      ) as Diff
      const effects = diff.effects.map(
        ({ gained, lost }) =>
          `${gained === '0' ? 'nothing' : 'something'} gained, ${lost === '0' ? 'nothing' : 'something'} lost`,
      )
      await desk.run('agreement', 'prove', file)
      await draft(world, POWER, file, ['electric_power'])
      await run(world, `proposal discuss ${POWER}`, 'jp')
      return plain(
        `${diff.tables.length === 1 ? 'one sector changes' : `${diff.tables.length} changes`}; ${effects.join(', ')}; every invariant proved; in ${await stateOf(world)}`,
      )
    },
  },
  {
    id: 'g04',
    what: '36 seats vote: an abstention, a conflict of interest, a vote against; double, foreign and late votes are refused',
    expected:
      '35 of 36 seats took part; double: statement_already_voted; foreign: statement_seat_not_held; late: statement_ballot_over; opinion: carried (advisory)',
    run: async (world) => {
      await sleep(1_100)
      await run(world, `proposal open ${POWER}`, 'jp', 'jp-2')
      const { bodies } = await proposal(world)
      const roll = bodies[0]?.roll ?? []
      const voting = roll.filter((seat) => seat !== LATE_SEAT)
      for (let at = 0; at < voting.length; at += TOGETHER) {
        const some = voting.slice(at, at + TOGETHER)
        await Promise.all(some.map((seat) => vote(world, seat, CHOICES[seat] ?? 'for')))
      }
      const double = await tryVote(world, 'gas.private.1', 'for')
      const foreign = await tryVote(world, LATE_SEAT, 'for', 'gas.private.1')
      await untilMs((await proposal(world)).closesMs)
      const late = await tryVote(world, LATE_SEAT, 'for')
      await run(world, `proposal close ${POWER}`, 'jp')
      const result = (await proposal(world)).bodies[0]?.result
      const took = (result?.voted ?? 0) + (result?.recused ?? 0)
      return plain(
        `${took} of ${roll.length} seats took part; double: ${double}; foreign: ${foreign}; late: ${late}; ` +
          `opinion: ${result?.carried === true ? 'carried' : 'not carried'} (${result?.authority})`,
      )
    },
  },
  {
    id: 'g05',
    what: 'the parties adopt: the gate asks for an attestation and the sector’s acceptance, and for every party',
    expected:
      'without evidence: statement_gate_closed; two parties: statement_threshold_not_met; all: adopted; too early: statement_too_early',
    run: async (world) => {
      const bare = await ask(world, `proposal adopt ${POWER}`, ...PARTIES)
      await run(
        world,
        `rollout attest electric_power defensive --id power-1 --report ${world.dir}/v1.md --days 90`,
        'auditor',
      )
      await run(
        world,
        'rollout accept electric_power defensive',
        'seat-electric_power-public-1',
        'seat-electric_power-private-1',
      )
      const two = await ask(world, `proposal adopt ${POWER}`, ...PARTIES.slice(0, 4))
      const all = await ask(world, `proposal adopt ${POWER}`, ...PARTIES)
      const early = await ask(world, `proposal activate ${POWER}`, 'jp')
      return plain(
        `without evidence: ${bare.code}; two parties: ${two.code}; all: ${all.ok ? 'adopted' : all.words}; too early: ${early.code}`,
      )
    },
  },
  {
    id: 'g06',
    what: 'the time-lock is over: version 2 takes effect on every gateway, and the denied request is allowed',
    expected: 'active; 8 requests over 2 gateways: allow; another sector: still closed',
    run: async (world) => {
      await untilMs((await proposal(world)).timelockMs)
      const startMs = performance.now()
      await run(world, `proposal activate ${POWER}`, 'us')
      const tookMs = performance.now() - startMs
      const answers = []
      for (let i = 0; i < 8; i++) {
        answers.push(await world.tour.ask(askResponses, CLOSED_SECTOR, `${PATCH_REVIEW_EN}\n${i}`))
      }
      const verdicts = [...new Set(answers.map(({ verdict }) => verdict))].join('/')
      world.notes.push(`version 2 held on every gateway ${Math.round(tookMs)} ms after it was asked for`)
      const sectors = (await rollout(world)).filter(({ stage }) => stage === 'closed').length
      return world.tour.outcome(
        `${await stateOf(world)}; 8 requests over 2 gateways: ${verdicts}; another sector: ${sectors === 13 ? 'still closed' : `${sectors} closed`}`,
        answers[0]!, // eight were asked
      )
    },
  },
  {
    id: 'g07',
    what: 'one authority falls back at once; going on takes the gate',
    expected:
      'falls back: deny; advance while paused: statement_gate_closed; resumed by the gate’s approvers',
    run: async (world) => {
      await run(world, 'rollout move electric_power closed --reason drill', 'jp', 'jp-2')
      const answer = await world.tour.ask(askResponses, CLOSED_SECTOR, PATCH_REVIEW_EN)
      const again = await ask(world, 'rollout move electric_power rehearsal --reason drill', ...PARTIES)
      const resumed = await ask(world, 'rollout resume electric_power --reason over', 'jp', 'jp-2')
      return world.tour.outcome(
        `falls back: ${answer.verdict}; advance while paused: ${again.code}; ${resumed.ok ? 'resumed by the gate’s approvers' : resumed.words}`,
        answer,
      )
    },
  },
  {
    id: 'g08',
    what: 'the provider stops everything for its model; resuming takes provider and an authority',
    expected: 'deny; alone: statement_threshold_not_met; together: allow',
    run: async (world) => {
      const number = await run(
        world,
        `stop --scope model --id ${world.tour.model} --reason drill`,
        'provider',
      )
      const stopped = await world.tour.ask(askResponses, 'mufg-analyst', PATCH_REVIEW_EN)
      const alone = await ask(world, `resume ${number} --reason over`, ...PROVIDER)
      await run(world, `resume ${number} --reason over`, ...RESUMERS)
      const after = await world.tour.ask(askResponses, 'mufg-analyst', PATCH_REVIEW_EN)
      return world.tour.outcome(
        `${stopped.verdict}; alone: ${alone.code}; together: ${after.verdict}`,
        stopped,
      )
    },
  },
  {
    id: 'g09',
    what: 'an export order citing its legal basis: from now only inside a licence; lifting takes both authorities',
    expected: 'deny; one authority: statement_threshold_not_met; both: allow',
    run: async (world) => {
      const { desk, keyOf } = world.tour
      const order = [
        'export',
        'order',
        '--id',
        'o1',
        '--by',
        'us',
        '--reference',
        'drill: a letter of today',
        '--reason',
        'drill',
      ]
      await desk.run(...order, '--tier', 'rehearsal', '--tier', 'standard', '--key', keyOf('us'))
      const outside = await world.tour.ask(askResponses, 'mufg-analyst', PATCH_REVIEW_EN)
      const one = await ask(world, 'export lift o1 --reason over', 'us', 'us-2')
      await run(world, 'export lift o1 --reason over', 'us', 'us-2', 'jp', 'jp-2')
      const after = await world.tour.ask(askResponses, 'mufg-analyst', PATCH_REVIEW_EN)
      return world.tour.outcome(
        `${outside.verdict}; one authority: ${one.code}; both: ${after.verdict}`,
        outside,
      )
    },
  },
  ...RULING_ROWS,
  {
    id: 'g10',
    what: 'offline, from the public ledger alone: signatures, votes counted again, difference and proof computed again',
    expected:
      'ledger good; version 2 in force; 36 seats; votes as counted; difference and proof as voted on; rulings: forbidden, approved',
    run: async (world) => {
      const { ledger } = world.tour.server
      await sleep(500)
      const verdict = await verifyByCommand(ledger.publicDir, ledger.verifierKey)
      const { state, documents } = await refold(ledger.publicDir, world.document)
      const ballot = entry(state.governance.proposals, POWER)?.ballot
      const online = (await proposal(world)).bodies[0]?.result
      const result = ballot?.bodies[0]?.result
      const same = result !== undefined && JSON.stringify(result) === JSON.stringify(online)
      const reports = makeReports(world.document, documents.get(POWER) ?? '')
      const bound = reports.difference === ballot?.difference && reports.proof === ballot?.proof
      const seats = Object.keys(state.governance.seats).length
      const rulings = [...new Set(state.governance.rulings.map((each) => each.verdict))].sort().reverse()
      return plain(
        `ledger ${verdict}; version ${state.agreement.version} in force; ${seats} seats; votes ${same ? 'as counted' : 'differ'}; difference and proof ${bound ? 'as voted on' : 'differ'}; rulings: ${rulings.join(', ')}`,
      )
    },
  },
]

interface Diff {
  readonly tables: readonly unknown[]
  readonly effects: readonly { readonly gained: string; readonly lost: string }[]
}

interface BallotView {
  readonly closesMs: number
  readonly timelockMs: number
  readonly bodies: readonly {
    readonly roll: readonly string[]
    readonly result: {
      readonly voted: number
      readonly recused: number
      readonly carried: boolean
      readonly authority: string
    } | null
  }[]
}

function plain(got: string) {
  return { got, clause: null, receipt: null }
}

function draft(
  world: GovernanceWorld,
  id: string,
  file: string,
  sectors: readonly string[],
): Promise<string> {
  const { desk, keyOf } = world.tour
  const words = [
    'proposal',
    'draft',
    file,
    '--id',
    id,
    '--title-en',
    id,
    '--title-ja',
    id,
    '--reason',
    'tour',
  ]
  return desk.run(...words, ...sectors.flatMap((sector) => ['--sector', sector]), '--key', keyOf('jp'))
}

/** A command line without quotes, signed by these keys. */
function run(world: GovernanceWorld, line: string, ...keys: readonly string[]): Promise<string> {
  return world.tour.desk.run(...line.split(' '), ...keys.flatMap((name) => ['--key', world.tour.keyOf(name)]))
}

function ask(world: GovernanceWorld, line: string, ...keys: readonly string[]) {
  return world.tour.desk.ask(...line.split(' '), ...keys.flatMap((name) => ['--key', world.tour.keyOf(name)]))
}

function actorOf(world: GovernanceWorld, seat: string): string {
  const found = sampleSeats(loadAgreement(world.document, 'v1')).find((each) => each.seat === seat)
  if (found === undefined) throw new Error(`no seat \`${seat}\``)
  return found.actor
}

async function vote(world: GovernanceWorld, seat: string, choice: string): Promise<void> {
  await run(world, `vote ${POWER} ${choice} --seat ${seat}`, seatKeyOf(world, seat))
}

async function tryVote(world: GovernanceWorld, seat: string, choice: string, by = seat): Promise<string> {
  const answer = await ask(world, `vote ${POWER} ${choice} --seat ${seat}`, seatKeyOf(world, by))
  return answer.ok ? 'accepted' : (answer.code ?? answer.words)
}

const actors = new Map<string, string>()
function seatKeyOf(world: GovernanceWorld, seat: string): string {
  const known = actors.get(seat) ?? actorOf(world, seat)
  actors.set(seat, known)
  return known
}

async function proposal(world: GovernanceWorld): Promise<BallotView> {
  const view = (await world.tour.desk.get(`/v1/proposals/${POWER}`, world.tour.keyOf('jp'))) as {
    ballot: BallotView
    timelockEndsMs: number
  } // docs/spec/http.md §2
  return { ...view.ballot, timelockMs: view.timelockEndsMs }
}

async function stateOf(world: GovernanceWorld): Promise<string> {
  const view = (await world.tour.desk.get(`/v1/proposals/${POWER}`, world.tour.keyOf('jp'))) as {
    state: string
  }
  return view.state
}

async function rollout(world: GovernanceWorld): Promise<readonly { readonly stage: string }[]> {
  const view = (await world.tour.desk.get('/v1/rollout', world.tour.keyOf('jp'))) as {
    sectors: { stage: string }[]
  }
  return view.sectors
}

async function untilMs(ms: number): Promise<void> {
  await sleep(Math.max(0, ms - Date.now()) + 100)
}
