/**
 * What a change of the front matter does to decisions, where it can be said exactly.
 *
 * The clauses see only facts. When a sector moves from one stage to another, requests of that sector are decided with another value of
 * `sector_stage`, and with `capability` granted where it was not: the difference is that of two cofactors.
 * Spec: docs/spec/proof.md §10.
 */
import {
  type Agreement,
  AUTONOMY_LEVELS,
  type Bilingual,
  type FactName,
  type Facts,
  STAGE_IDS,
} from '../agreement/index.ts'
import type { Verdict } from '../authorization/index.ts'
import { FALSE, type Node } from './bdd.ts'
import { pickExample } from './check.ts'
import type { Space } from './space.ts'
import type { Comparison } from './transition.ts'

/** One fact that is found otherwise. */
export interface Move {
  readonly fact: FactName
  readonly from: string
  readonly to: string
}

export interface TableEffect {
  /** Path of the change that causes it. */
  readonly path: string
  readonly what: Bilingual
  /** Facts as found before, and as found after; all others stay. */
  readonly moves: readonly Move[]
  readonly gained: bigint
  readonly lost: bigint
  /** A request that is decided otherwise: its facts after, with both verdicts. Null when none is. */
  readonly example: {
    readonly facts: Facts
    readonly from: Verdict
    readonly to: Verdict
    readonly coherent: boolean
  } | null
}

interface Cause {
  readonly path: string
  readonly what: Bilingual
  readonly moves: readonly Move[]
}

export function tableEffects(comparison: Comparison): TableEffect[] {
  const { before, after } = comparison
  return causes(before.agreement, after.agreement).map((cause) => effectOf(comparison, cause))
}

function causes(before: Agreement, after: Agreement): Cause[] {
  return [
    ...sectorMoves(before, after),
    ...stageGrants(before, after),
    ...admissions(before, after),
    ...ceilings(before, after),
  ]
}

/** A sector's initial stage; a rollout statement in force overrides it. */
function sectorMoves(before: Agreement, after: Agreement): Cause[] {
  return [...after.sectors.values()].flatMap((sector) => {
    const old = before.sectors.get(sector.id)
    if (old === undefined || old.stage === sector.stage) return []
    const raised = STAGE_IDS.indexOf(sector.stage) > STAGE_IDS.indexOf(old.stage)
    return [
      {
        path: `sectorList.sectors.${sector.id}.stage`,
        what: {
          en: `sector ${sector.en}: stage ${old.stage} → ${sector.stage}`,
          ja: `分野「${sector.ja}」の展開段階: ${before.stages.get(old.stage)?.name.ja ?? old.stage} → ${after.stages.get(sector.stage)?.name.ja ?? sector.stage}`,
        },
        moves: [
          { fact: 'sector_stage' as const, from: old.stage, to: sector.stage },
          raised
            ? { fact: 'capability' as const, from: 'not_granted', to: 'granted' }
            : { fact: 'capability' as const, from: 'granted', to: 'not_granted' },
        ],
      },
    ]
  })
}

/** A capability that a stage grants and did not, or the reverse. */
function stageGrants(before: Agreement, after: Agreement): Cause[] {
  return STAGE_IDS.flatMap((stage) => {
    const old = before.stages.get(stage)?.capabilities ?? new Set<string>()
    const now = after.stages.get(stage)?.capabilities ?? new Set<string>()
    const cause = (capability: string, from: string, to: string): Cause => ({
      path: `stages.${stage}.capabilities`,
      what: {
        en: `stage ${stage}: ${capability} ${to === 'granted' ? 'is granted' : 'is no longer granted'}`,
        ja: `展開段階${after.stages.get(stage)?.name.ja ?? stage}: ${capability} を${to === 'granted' ? '認める' : '認めない'}`,
      },
      moves: [
        { fact: 'sector_stage', from: stage, to: stage },
        { fact: 'capability', from, to },
      ],
    })
    return [
      ...[...now].filter((name) => !old.has(name)).map((name) => cause(name, 'not_granted', 'granted')),
      ...[...old].filter((name) => !now.has(name)).map((name) => cause(name, 'granted', 'not_granted')),
    ]
  })
}

function admissions(before: Agreement, after: Agreement): Cause[] {
  const cause = (id: string, name: Bilingual, from: string, to: string): Cause => ({
    path: `institutions.${id}`,
    what: {
      en: `institution ${name.en} is ${to === 'admitted' ? 'admitted' : 'no longer admitted'}`,
      ja: `参加機関「${name.ja}」を${to === 'admitted' ? '参加させる' : '参加から外す'}`,
    },
    moves: [{ fact: 'institution_standing', from, to }],
  })
  const missing = (from: Agreement, than: Agreement) =>
    [...from.institutions.values()].filter(({ id }) => !than.institutions.has(id))
  return [
    ...missing(after, before).map(({ id, name }) => cause(id, name, 'not_admitted', 'admitted')),
    ...missing(before, after).map(({ id, name }) => cause(id, name, 'admitted', 'not_admitted')),
  ]
}

/** Work between the two ceilings is found within instead of above, or the reverse. */
function ceilings(before: Agreement, after: Agreement): Cause[] {
  return [...after.autonomy].flatMap(([sector, now]) =>
    Object.entries(before.autonomy.get(sector) ?? {}).flatMap(([asset, old]) => {
      // `old` is an entry of the same record of asset classes.
      const level = now[asset as keyof typeof now]
      const up = AUTONOMY_LEVELS.indexOf(level) - AUTONOMY_LEVELS.indexOf(old)
      if (up === 0) return []
      return [
        {
          path: `autonomy.${sector}.${asset}`,
          what: {
            en: `sector ${sector}, ${asset} assets: ceiling ${old} → ${level}`,
            ja: `分野「${after.sectors.get(sector)?.ja ?? sector}」、情報資産の区分 ${asset}: 自律レベルの上限 ${old} → ${level}`,
          },
          moves: [
            up > 0
              ? { fact: 'autonomy' as const, from: 'above', to: 'within' }
              : { fact: 'autonomy' as const, from: 'within', to: 'above' },
            { fact: 'asset_criticality' as const, from: asset, to: asset },
          ],
        },
      ]
    }),
  )
}

function effectOf(comparison: Comparison, { path, what, moves }: Cause): TableEffect {
  const { space, before, after } = comparison
  const { bdd } = space
  // Both as sets of the facts found after the change.
  const was = (verdict: Verdict): Node =>
    moves.reduce((set, { fact, from, to }) => space.shifted(set, fact, from, to), before[verdict])
  const is = (verdict: Verdict): Node =>
    moves.reduce((set, { fact, to }) => bdd.and(set, space.atom(fact, [to])), after[verdict])
  const changes = (pairs: readonly (readonly [Verdict, Verdict])[]) =>
    pairs
      .map(([from, to]) => ({ from, to, set: bdd.and(was(from), is(to)) }))
      .filter(({ set }) => set !== FALSE)
  const gained = changes([
    ['deny', 'allow'],
    ['hold', 'allow'],
    ['deny', 'hold'],
  ])
  const lost = changes([
    ['allow', 'deny'],
    ['allow', 'hold'],
    ['hold', 'deny'],
  ])
  const sum = (sets: readonly { readonly set: Node }[]): bigint =>
    sets.reduce((total, { set }) => total + space.count(set), 0n)
  const [first] = [...gained, ...lost]
  return {
    path,
    what,
    moves,
    gained: sum(gained),
    lost: sum(lost),
    example: first === undefined ? null : show(comparison, moves, first),
  }
}

function show(
  { space, coherent, replayBefore, replayAfter }: Comparison,
  moves: readonly Move[],
  { from, to, set }: { readonly from: Verdict; readonly to: Verdict; readonly set: Node },
): TableEffect['example'] {
  const likely = space.bdd.and(coherent, shiftAll(space, coherent, moves))
  const picked = pickExample(space, likely, set)
  const old = Object.fromEntries(moves.map((move) => [move.fact, move.from]))
  // Moves name facts and values of the table.
  replayBefore.confirm({ ...picked.facts, ...old } as Facts, from)
  replayAfter.confirm(picked.facts, to)
  return { ...picked, from, to }
}

function shiftAll(space: Space, set: Node, moves: readonly Move[]): Node {
  return moves.reduce((rest, { fact, from, to }) => space.shifted(rest, fact, from, to), set)
}
