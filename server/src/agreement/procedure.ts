/**
 * Front matter, third part: how the agreement itself is changed, how sectors are opened, who issues export orders.
 *
 * Periods are texts such as `14d`, `24h`, `90m` or `30s`. Spec: docs/spec/agreement.md §3, docs/spec/proposal.md,
 * docs/spec/rollout.md, docs/spec/emergency.md.
 */
import { type AgreementParty, type Body, type Chamber, STAGE_IDS, type StageId } from './agreement.ts'
import { byId, type YamlMapping } from './yaml-mapping.ts'

/** LIMIT: the longest period, in days. */
const PERIOD_DAYS_MAX = 3_660
const PERCENT_MAX = 99
const PROXIES_MAX = 100
const PERIOD = /^(\d{1,5})([smhd])$/
const DAY = /^\d{4}-\d{2}-\d{2}$/
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Chambers counted together; the motion needs more than `percent` of their votes for and against. */
export interface Majority {
  readonly chambers: readonly Chamber[]
  readonly percent: number
}

/** How a version becomes the next one. Spec: docs/spec/proposal.md. */
export interface Amendments {
  readonly discussionMs: number
  readonly ballotMs: number
  /** When the quorum is first reached less than this before the end, the ballot stays open this much longer, once. */
  readonly lateQuorumMs: number
  readonly timelockMs: number
  /** From the draft: whatever has not been adopted by then has expired. */
  readonly lapsesMs: number
  /** Parties that may veto during the time-lock. */
  readonly veto: readonly string[]
}

/** What a sector needs to reach a stage. Spec: docs/spec/rollout.md. */
export interface Gate {
  readonly stage: StageId
  /** Parties whose thresholds must sign. */
  readonly approvers: readonly string[]
  /** A current attestation for the sector and the stage. */
  readonly attestation: boolean
  /** The sector's own acceptance, by its seats. */
  readonly acceptance: boolean
  /** Time at the stage before. */
  readonly dwellMs: number
}

export interface CalendarEntry {
  readonly sector: string
  readonly stage: StageId
  /** First moment (UTC) at which the sector may move there. */
  readonly notBeforeMs: number
}

export interface RolloutRules {
  /** One for every stage but `closed`. */
  readonly gates: ReadonlyMap<StageId, Gate>
  readonly calendar: readonly CalendarEntry[]
}

/** Who may issue an export order at once, and how many of whom lift it. Spec: docs/spec/emergency.md §4. */
export interface OrderRule {
  readonly issue: readonly string[]
  readonly lift: readonly string[]
  readonly liftCount: number
}

/** @throws {AgreementError} `agreement_value_invalid` */
export function readPeriod(item: YamlMapping, key: string): number {
  const text = item.matching(key, PERIOD, 'a period such as 14d, 24h, 90m or 30s')
  const [, count, unit] = PERIOD.exec(text) ?? []
  // The pattern matched: both groups are there and the unit is one of the table.
  const ms = Number(count) * UNIT_MS[unit!]!
  if (ms > PERIOD_DAYS_MAX * UNIT_MS.d!) item.fail('agreement_value_invalid', 'longer than ten years', key)
  return ms
}

/** @throws {AgreementError} `agreement_majority_chambers` */
export function readMajorities(
  item: YamlMapping,
  chambers: readonly Chamber[],
  seated: ReadonlySet<Chamber>,
): Majority[] {
  const majorities = item.mappings('majorities', (row) => ({
    chambers: row.choices('chambers', chambers),
    percent: row.integer('percent', 0, PERCENT_MAX),
  }))
  const counted = majorities.flatMap((majority) => majority.chambers)
  const twice = counted.find((chamber, at) => counted.indexOf(chamber) !== at)
  const without = [...seated].find((chamber) => !counted.includes(chamber))
  const empty = majorities.find(({ chambers: named }) => !named.some((chamber) => seated.has(chamber)))
  const wrong =
    twice !== undefined
      ? `chamber \`${twice}\` is counted twice`
      : without !== undefined
        ? `chamber \`${without}\` has seats and is counted nowhere`
        : empty !== undefined
          ? `${empty.chambers.join(', ')}: no seat, so this majority could never be reached`
          : null
  if (wrong !== null) item.fail('agreement_majority_chambers', wrong, 'majorities')
  return majorities
}

export function readProxies(item: YamlMapping): number {
  return item.integer('proxies_max', 0, PROXIES_MAX)
}

/** @throws {AgreementError} `agreement_party_unknown`, `agreement_value_invalid` */
export function readAmendments(top: YamlMapping, parties: readonly AgreementParty[]): Amendments {
  const row = top.mapping('amendments')
  const amendments = {
    discussionMs: readPeriod(row, 'discussion'),
    ballotMs: readPeriod(row, 'ballot'),
    lateQuorumMs: readPeriod(row, 'late_quorum'),
    timelockMs: readPeriod(row, 'timelock'),
    lapsesMs: readPeriod(row, 'lapses'),
    veto: partyIds(row, 'veto', parties),
  }
  const { discussionMs, ballotMs, lateQuorumMs, lapsesMs } = amendments
  if (lateQuorumMs > ballotMs) row.fail('agreement_value_invalid', 'longer than the ballot', 'late_quorum')
  if (lapsesMs <= discussionMs + ballotMs + lateQuorumMs) {
    row.fail('agreement_value_invalid', 'no proposal could be adopted before it lapses', 'lapses')
  }
  row.end()
  return amendments
}

/** @throws {AgreementError} `agreement_gate_missing`, `agreement_calendar_order` */
export function readRollout(
  top: YamlMapping,
  parties: readonly AgreementParty[],
  sectors: ReadonlyMap<string, unknown>,
  bodies: readonly Body[],
): RolloutRules {
  const row = top.mapping('rollout')
  const gates = row.mappings('gates', (item) => {
    const stage = item.oneOf('stage', STAGE_IDS.slice(1))
    const approvers = partyIds(item, 'approvers', parties)
    if (approvers.length === 0)
      item.fail('agreement_threshold_impossible', 'nobody opens this gate', 'approvers')
    const acceptance = item.boolean('acceptance')
    return {
      id: stage,
      stage,
      approvers,
      attestation: item.boolean('attestation'),
      acceptance,
      dwellMs: readPeriod(item, 'dwell'),
    }
  })
  const byStage = byId(row, 'gates', gates)
  const missing = STAGE_IDS.slice(1).find((stage) => !byStage.has(stage))
  if (missing !== undefined)
    row.fail('agreement_gate_missing', `stage \`${missing}\` has no gate: nobody could open it`, 'gates')
  refuseUnacceptable(row, gates, sectors, bodies)
  const calendar = row.mappings('calendar', (item) => readCalendarEntry(item, sectors))
  checkCalendar(row, calendar)
  row.end()
  return { gates: new Map(gates.map(({ id, ...gate }) => [id, gate])), calendar }
}

/** @throws {AgreementError} `agreement_threshold_impossible` */
export function readOrders(top: YamlMapping, parties: readonly AgreementParty[]): OrderRule {
  const row = top.mapping('export_orders')
  const rule = {
    issue: partyIds(row, 'issue', parties),
    lift: partyIds(row, 'lift', parties),
    liftCount: row.integer('lift_count', 1, parties.length),
  }
  if (rule.liftCount > rule.lift.length)
    row.fail('agreement_threshold_impossible', `${rule.liftCount} must sign, ${rule.lift.length} may`, 'lift')
  row.end()
  return rule
}

/** A gate that asks for the acceptance of a sector without a seat of its own could never open. */
function refuseUnacceptable(
  row: YamlMapping,
  gates: readonly Gate[],
  sectors: ReadonlyMap<string, unknown>,
  bodies: readonly Body[],
): void {
  const seated = new Set(bodies.flatMap((body) => body.seatGroups.map(({ sector }) => sector)))
  const mute = [...sectors.keys()].find((sector) => !seated.has(sector))
  if (mute === undefined || !gates.some(({ acceptance }) => acceptance)) return
  row.fail('agreement_sector_without_seat', `sector \`${mute}\` has no seat to accept a stage with`, 'gates')
}

function readCalendarEntry(item: YamlMapping, sectors: ReadonlyMap<string, unknown>): CalendarEntry {
  const sector = item.id('sector')
  if (!sectors.has(sector))
    item.fail('agreement_sector_unknown', `no sector \`${sector}\` in the list`, 'sector')
  const day = item.matching('not_before', DAY, 'a day such as 2027-04-01')
  const notBeforeMs = Date.parse(`${day}T00:00:00Z`)
  if (!Number.isFinite(notBeforeMs) || new Date(notBeforeMs).toISOString().slice(0, 10) !== day)
    item.fail('agreement_value_invalid', `\`${day}\` is no day`, 'not_before')
  return { sector, stage: item.oneOf('stage', STAGE_IDS.slice(1)), notBeforeMs }
}

/** A later stage is not planned before an earlier one, and none twice. */
function checkCalendar(row: YamlMapping, calendar: readonly CalendarEntry[]): void {
  for (const entry of calendar) {
    const wrong = calendar.find(
      (other) =>
        other !== entry &&
        other.sector === entry.sector &&
        STAGE_IDS.indexOf(other.stage) <= STAGE_IDS.indexOf(entry.stage) &&
        (other.stage === entry.stage || other.notBeforeMs > entry.notBeforeMs),
    )
    if (wrong === undefined) continue
    row.fail(
      'agreement_calendar_order',
      `sector \`${entry.sector}\`: \`${entry.stage}\` stands before or beside \`${wrong.stage}\``,
      'calendar',
    )
  }
}

function partyIds(item: YamlMapping, key: string, parties: readonly AgreementParty[]): string[] {
  const ids = item.ids(key)
  const stranger = ids.find((id) => !parties.some((party) => party.id === id))
  if (stranger !== undefined) item.fail('agreement_party_unknown', `\`${stranger}\` is no party`, key)
  return ids
}
