/**
 * The work of a triage run on its sealed inputs: query, match, look up, conclude. Runs in a thread of its own.
 *
 * HOSTILE: the log was written by whoever is being investigated, and the model that concludes has read it. What it cites has
 * to stand in the input and the rules it names have to fire, or its finding is rejected. Spec: docs/spec/run.md §5.
 */
import { readFileSync } from 'node:fs'
import { VERSION } from '../base/index.ts'
import type { JsonObject } from '../mcp/index.ts'
import { compileRules, type LogSource, parseRule, SigmaError, type SigmaRule } from '../sigma/index.ts'
import {
  type Assets,
  attackLayer,
  type Case,
  caseOf,
  checkCitations,
  cite,
  type Detection,
  eventOf,
  findingOf,
  NO_ASSETS,
  parseAssets,
  readRecords,
  type Triage,
  TriageError,
  triage,
} from '../triage/index.ts'
import { RunsError } from './error.ts'

const PAGE_CASES = 20
const CASE_DETECTIONS = 10
const QUERY_RECORDS_MAX = 20
const RECORD_CHARS = 600
const FINDINGS_MAX = 500
const CITES_MAX = 200
const RULES_MAX = 20_000

export interface WorkInputs {
  readonly log: string
  /** JSON: `{"files": {"name.yml": "text"}}`. */
  readonly rules: string
  readonly assets: string | null
  readonly given: LogSource
  /** Time of the run's start, so that a run taken up again concludes the same. */
  readonly nowMs: number
}

export interface Conclusion {
  readonly maker: string
  /** The model's last words. */
  readonly answer: string
}

export class TriageWork {
  readonly #inputs: WorkInputs
  readonly #input: Buffer
  readonly #rules: readonly SigmaRule[]
  readonly #leftOut: readonly string[]
  readonly #assets: Assets
  readonly #progress: (records: number, bytes: number, of: number) => void
  #triage: Triage | null = null

  /** @throws {RunsError} `runs_rules_unusable` {TriageError} */
  constructor(inputs: WorkInputs, progress: (records: number, bytes: number, of: number) => void) {
    this.#inputs = inputs
    this.#progress = progress
    this.#input = readFileSync(inputs.log)
    const { rules, leftOut } = readRules(readFileSync(inputs.rules, 'utf8'))
    this.#rules = rules
    this.#leftOut = leftOut
    this.#assets = inputs.assets === null ? NO_ASSETS : parseAssets(readFileSync(inputs.assets, 'utf8'))
  }

  /** @throws {TriageError} */
  match({ page = 1 }: JsonObject): JsonObject {
    const found = this.#whole()
    const at = typeof page === 'number' && page >= 1 ? Math.floor(page) : 1
    const cases = found.cases.slice((at - 1) * PAGE_CASES, at * PAGE_CASES)
    return {
      input: { ...found.input },
      unread: found.unread.count,
      clocks: { ...found.clocks },
      rules: found.rules,
      rules_left_out: this.#leftOut.length,
      detections: found.detections,
      cases: found.cases.length,
      page: at,
      next: at * PAGE_CASES < found.cases.length ? at + 1 : null,
      list: cases.map((one, i) => shownCase(one, (at - 1) * PAGE_CASES + i + 1)),
    }
  }

  query({ records, contains, host, after = 0, limit = 10 }: JsonObject): JsonObject {
    const wanted = Array.isArray(records) ? new Set(records.map(Number)) : null
    const words = typeof contains === 'string' ? contains.toLowerCase() : null
    const named = typeof host === 'string' ? host.toLowerCase() : null
    const max = Math.min(QUERY_RECORDS_MAX, Math.max(1, Number(limit) || 1))
    const found: JsonObject[] = []
    let next: number | null = null
    for (const record of readRecords(this.#input, () => {})) {
      if (wanted !== null ? !wanted.has(record.number) : record.number <= Number(after)) continue
      const text = typeof record.value === 'string' ? record.value : JSON.stringify(record.value)
      if (words !== null && !text.toLowerCase().includes(words)) continue
      const event = eventOf(record, this.#inputs.given, this.#inputs.nowMs)
      if (named !== null && event.host?.toLowerCase() !== named) continue
      if (found.length === max) {
        next = (found.at(-1)?.record as number | undefined) ?? null
        break
      }
      const { host: from, timeMs } = event
      found.push({ record: record.number, host: from, time_ms: timeMs, text: text.slice(0, RECORD_CHARS) })
    }
    return { records: found, next_after: next }
  }

  lookup({ technique }: JsonObject): JsonObject {
    const id = String(technique).toUpperCase().slice(0, 20)
    const rules = this.#rules.filter(({ techniques }) => techniques.includes(id))
    const cases = this.#whole().cases.flatMap((one, i) => (one.techniques.includes(id) ? [i + 1] : []))
    return {
      technique: id,
      tactics: [...new Set(rules.flatMap(({ tactics }) => tactics))].sort(),
      rules: rules.length,
      titles: rules.slice(0, 20).map(({ title }) => title),
      cases: cases.slice(0, 100),
    }
  }

  /** Findings that stand, findings that do not with the reason, and the layer of those that stand. */
  conclude({ maker, answer }: Conclusion): JsonObject {
    const whole = this.#whole()
    const { proposed, malformed } = readAnswer(answer)
    const byNumber = this.#detections(proposed)
    const accepted: { readonly one: Case; readonly proposal: ProposedFinding }[] = []
    const rejected: JsonObject[] = malformed.map((why) => ({ code: 'finding_malformed', why }))
    for (const [i, proposal] of proposed.entries()) {
      try {
        accepted.push({ one: this.#checked(proposal, byNumber), proposal })
      } catch (error) {
        if (!(error instanceof TriageError)) throw error
        rejected.push({ finding: i + 1, code: error.code, why: error.message })
      }
    }
    const kept: Triage = { ...whole, cases: accepted.map(({ one }) => one) }
    const context = { nowMs: this.#inputs.nowMs, maker, productVersion: VERSION }
    const findings = accepted.map(({ one }, i) => findingOf(one, i, kept, context))
    const verdicts = accepted.map(({ one, proposal }, i) => ({
      finding: findings[i]?.metadata.uid ?? '',
      computed: one.verdict,
      because: [...one.because],
      model: proposal.verdict,
      agrees: proposal.verdict === one.verdict,
      host: one.host,
    }))
    const cited = new Set(
      accepted.flatMap(({ one }) => one.detections.map(({ event, rule }) => `${event.number} ${rule.id}`)),
    )
    return plain({
      maker,
      input: whole.input,
      unread: whole.unread,
      clocks: whole.clocks,
      rules: whole.rules,
      rules_left_out: this.#leftOut,
      detections: whole.detections,
      cases: whole.cases.length,
      cited: cited.size,
      findings,
      rejected,
      verdicts,
      layer: attackLayer(kept, 'Sekisho triage run'),
    })
  }

  #whole(): Triage {
    this.#triage ??= triage(this.#input, {
      rules: compileRules(this.#rules),
      assets: this.#assets,
      given: this.#inputs.given,
      nowMs: this.#inputs.nowMs,
      onProgress: (records, bytes) => {
        if (records % 10_000 === 0) this.#progress(records, bytes, this.#input.length)
      },
    })
    return this.#triage
  }

  /** Records that are cited, found in one pass. */
  #detections(proposed: readonly ProposedFinding[]): Map<number, Omit<Detection, 'rule'>> {
    const wanted = new Set(proposed.flatMap(({ cites }) => cites.map(({ record }) => record)))
    const found = new Map<number, Omit<Detection, 'rule'>>()
    if (wanted.size === 0) return found
    for (const record of readRecords(this.#input, () => {})) {
      if (!wanted.has(record.number)) continue
      const event = eventOf(record, this.#inputs.given, this.#inputs.nowMs)
      found.set(record.number, {
        event: cite(event, this.#input),
        host: event.host,
        timeMs: event.timeMs,
      })
      if (found.size === wanted.size) break
    }
    return found
  }

  /** @throws {TriageError} */
  #checked({ cites }: ProposedFinding, byNumber: ReadonlyMap<number, Omit<Detection, 'rule'>>): Case {
    const detections = cites.map(({ rule, record }): Detection => {
      const found = byNumber.get(record)
      const known = this.#rules.find(({ id }) => id === rule)
      if (found === undefined)
        throw new TriageError('triage_citation_unknown', `record ${record} is not in the input`)
      if (known === undefined)
        throw new TriageError('triage_citation_unfounded', `there is no rule \`${rule.slice(0, 64)}\``)
      return { ...found, rule: known }
    })
    if (new Set(detections.map(({ host }) => host?.toLowerCase() ?? '')).size > 1)
      throw new TriageError('triage_citation_unfounded', 'a finding is about one host')
    const finding = {
      inputSha256: this.#whole().input.sha256,
      detections: detections.map(({ rule, event }) => ({ rule: rule.id, event })),
    }
    checkCitations(finding, this.#input, this.#rules, this.#inputs.given)
    return caseOf(
      detections.toSorted(
        (a, b) => (a.timeMs ?? Infinity) - (b.timeMs ?? Infinity) || a.event.number - b.event.number,
      ),
      this.#assets,
    )
  }
}

interface ProposedFinding {
  readonly verdict: string | null
  readonly cites: readonly { readonly rule: string; readonly record: number }[]
}

/** HOSTILE: a model's words. JSON, alone or inside other words. */
function readAnswer(answer: string): { proposed: ProposedFinding[]; malformed: string[] } {
  const text = answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1)
  let list: unknown
  try {
    list = (JSON.parse(text) as { findings?: unknown }).findings
  } catch {
    list = undefined
  }
  if (!Array.isArray(list)) return { proposed: [], malformed: ['the last words hold no `findings`'] }
  const proposed: ProposedFinding[] = []
  const malformed: string[] = []
  for (const [i, one] of list.slice(0, FINDINGS_MAX).entries()) {
    const read = readFinding(one)
    if (read === null) malformed.push(`finding ${i + 1} cites nothing that can be read`)
    else proposed.push(read)
  }
  if (list.length > FINDINGS_MAX) malformed.push(`${list.length - FINDINGS_MAX} findings beyond the limit`)
  return { proposed, malformed }
}

function readFinding(value: unknown): ProposedFinding | null {
  const { verdict, cites } = (value ?? {}) as { verdict?: unknown; cites?: unknown }
  if (!Array.isArray(cites) || cites.length === 0 || cites.length > CITES_MAX) return null
  const read = cites.flatMap((one) => {
    const { rule, record } = (one ?? {}) as { rule?: unknown; record?: unknown }
    return typeof rule === 'string' && Number.isSafeInteger(record)
      ? [{ rule, record: record as number }]
      : []
  })
  if (read.length !== cites.length) return null
  const distinct = new Map(read.map((one) => [`${one.record} ${one.rule}`, one]))
  return { verdict: typeof verdict === 'string' ? verdict.slice(0, 20) : null, cites: [...distinct.values()] }
}

function readRules(text: string): { rules: SigmaRule[]; leftOut: string[] } {
  let files: unknown
  try {
    files = (JSON.parse(text) as { files?: unknown }).files
  } catch {
    files = null
  }
  if (typeof files !== 'object' || files === null || Object.keys(files).length > RULES_MAX)
    throw new RunsError(
      'runs_rules_unusable',
      `rules are JSON, {"files": {name: text}}, at most ${RULES_MAX}`,
    )
  const rules: SigmaRule[] = []
  const leftOut: string[] = []
  for (const [name, rule] of Object.entries(files)) {
    try {
      rules.push(parseRule(String(rule), name))
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error
      leftOut.push(`${name.slice(0, 120)} (${error.code})`)
    }
  }
  if (rules.length === 0) throw new RunsError('runs_rules_unusable', 'there is no rule that can be matched')
  return { rules, leftOut: leftOut.slice(0, 200) }
}

function shownCase(one: Case, number: number): JsonObject {
  return {
    case: number,
    host: one.host,
    asset: one.asset?.id ?? null,
    criticality: one.asset?.criticality ?? null,
    verdict: one.verdict,
    because: [...one.because],
    level: one.level,
    first_ms: one.firstMs,
    last_ms: one.lastMs,
    techniques: [...one.techniques],
    detections: one.detections.slice(0, CASE_DETECTIONS).map(({ rule, event }) => ({
      rule: rule.id,
      title: rule.title,
      level: rule.level,
      record: event.number,
    })),
    more: Math.max(0, one.detections.length - CASE_DETECTIONS),
  }
}

/** As it will be read again from the ledger. */
function plain(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject
}
