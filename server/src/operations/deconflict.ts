/**
 * "Is this ours?": whether an action that somebody sees on the network was a governed tool call of the institution.
 *
 * By the receipt id that the call carried (docs/spec/tool.md §7), or by target and time. Reads one institution's records
 * only. LIMIT: `no` means that no such call stands in what was searched; what a client runs by itself never passes here.
 */
import { findTargets } from '../boundary/index.ts'
import type { JsonValue, Ledger, StoredEntry, StoredExchange } from '../ledger/index.ts'

/** LIMIT: entries looked at for a target, newest first. */
const ENTRIES_MAX = 100_000
const FOUND_MAX = 100
/** Clocks of two machines differ, and a call takes its time. */
const SLACK_MS = 60_000

export interface DeconflictWindow {
  readonly target: string
  readonly fromMs: number
  readonly toMs: number
}

export interface OwnAction {
  readonly receipt: string
  readonly time_ms: number
  readonly actor: string
  readonly engagement: string | null
  readonly run: string | null
  readonly tool: string
  readonly effect: string
  readonly verdict: string
  readonly decision: string
  readonly targets: readonly string[]
}

export interface Deconfliction {
  /** `yes`: an allowed call; `stopped`: the call stands there and was never forwarded; `no`: none was found. */
  readonly ours: 'yes' | 'stopped' | 'no'
  readonly actions: readonly OwnAction[]
  readonly searched: number
  /** Whether the search ended at its limit, so that `no` is not to be relied on. */
  readonly cut: boolean
}

type Reader = Pick<Ledger, 'read' | 'size'>

export async function deconflictReceipt(
  index: number,
  institution: string,
  ledger: Reader,
): Promise<Deconfliction> {
  const entry = index < ledger.size() ? await ledger.read(index) : null
  const action = entry === null ? null : actionOf(entry, institution)
  return concluded(action === null ? [] : [action], 1, false)
}

export async function deconflictTarget(
  { target, fromMs, toMs }: DeconflictWindow,
  institution: string,
  ledger: Reader,
): Promise<Deconfliction> {
  const wanted = new Set([target.toLowerCase(), ...findTargets(target).map(({ value }) => value)])
  const found: OwnAction[] = []
  let searched = 0
  for (let index = ledger.size() - 1; index >= 0 && searched < ENTRIES_MAX; index -= 1) {
    const entry = await ledger.read(index)
    searched += 1
    if (entry.timeMs < fromMs - SLACK_MS) return concluded(found, searched, false)
    if (entry.timeMs > toMs + SLACK_MS) continue
    const action = actionOf(entry, institution)
    if (action?.targets.some((one) => wanted.has(one.toLowerCase()))) found.push(action)
    if (found.length === FOUND_MAX) return concluded(found, searched, true)
  }
  return concluded(found, searched, searched === ENTRIES_MAX)
}

function concluded(actions: readonly OwnAction[], searched: number, cut: boolean): Deconfliction {
  const ours = actions.some(({ verdict }) => verdict === 'allow')
    ? 'yes'
    : actions.length > 0
      ? 'stopped'
      : 'no'
  return { ours, actions, searched, cut }
}

/** A tool call of this institution, or null: others' are not there. */
function actionOf(entry: StoredEntry, institution: string): OwnAction | null {
  if (entry.class !== 'exchange' || entry.kind !== 'intent' || entry.fields === 'unavailable') return null
  const { fields } = entry
  const request = objectOf(fields.request)
  if (fields.institution !== institution || request.surface !== 'tool_call') return null
  const decision = objectOf(fields.decision)
  return {
    receipt: `rcpt-${entry.index}`,
    time_ms: entry.timeMs,
    actor: String(fields.actor),
    engagement: textOf(objectOf(fields.engagement).id),
    run: textOf(request.run),
    tool: String(request.tool),
    effect: String(request.effect),
    verdict: String(decision.verdict),
    decision: String(decision.id),
    targets: targetsOf(entry),
  }
}

function targetsOf({ fields }: StoredExchange): string[] {
  const named = fields === 'unavailable' ? null : objectOf(fields.targets).named
  return Array.isArray(named) ? named.map((one) => String(objectOf(one).value)) : []
}

function objectOf(value: JsonValue | undefined): Readonly<Record<string, JsonValue | undefined>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, JsonValue | undefined>>) // neither null nor an array
    : {}
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}
