/**
 * Which clauses, articles and front-matter values two versions do not share, and their text line by line.
 *
 * A clause that only moved to another number is told apart from one that changed.
 * Spec: docs/spec/proof.md §10.
 */
import type { Agreement, Clause } from '../agreement/index.ts'

/** LIMIT: lines before times lines after, where they begin to differ. HOSTILE: whoever proposes writes the text. */
const ALIGNED_CELLS_MAX = 1_000_000

export interface ClauseChange {
  /** `reworded`: same rule, other words; `renumbered`: same text under another number. */
  readonly kind: 'added' | 'removed' | 'changed' | 'reworded' | 'renumbered'
  readonly before: Clause | null
  readonly after: Clause | null
}

export interface TextChange {
  /** `article 13`, `clause 13.3`. */
  readonly where: string
  /** Lines with `-`, `+` or a space before them. */
  readonly lines: readonly string[]
}

/** Differences between the clauses, in the order of the new document, removed ones first. */
export function clauseChanges(before: Agreement, after: Agreement): ClauseChange[] {
  const old = new Map(before.clauses.map((clause) => [clause.id, clause]))
  const pairs = new Map<Clause, Clause>()
  const take = (clause: Clause, partner: Clause | undefined): void => {
    if (partner === undefined) return
    pairs.set(clause, partner)
    old.delete(partner.id)
  }
  const open = (): Clause[] => after.clauses.filter((clause) => !pairs.has(clause))
  for (const clause of open())
    if (bodyOf(old.get(clause.id)) === bodyOf(clause)) take(clause, old.get(clause.id))
  for (const clause of open())
    take(
      clause,
      [...old.values()].find((each) => bodyOf(each) === bodyOf(clause)),
    )
  for (const clause of open()) take(clause, old.get(clause.id))
  const removed = [...old.values()].map(
    (clause): ClauseChange => ({ kind: 'removed', before: clause, after: null }),
  )
  const others = after.clauses.flatMap((clause) => kindOf(pairs.get(clause) ?? null, clause) ?? [])
  return [...removed, ...others]
}

/** Text changes of clauses and of the articles' prose. */
export function textChanges(
  before: Agreement,
  after: Agreement,
  changes: readonly ClauseChange[],
): TextChange[] {
  const clauses = changes
    .filter(({ kind }) => kind !== 'renumbered')
    .map(({ before: old, after: now }) => ({
      where: `clause ${(now ?? old)?.id}`,
      lines: diffLines(old?.policyText ?? '', now?.policyText ?? ''),
    }))
  const titles = new Set([...before.articles, ...after.articles].map(({ id }) => id))
  const prose = [...titles].map((id) => ({
    where: `article ${id}`,
    lines: diffLines(proseOf(before, id), proseOf(after, id)),
  }))
  return [...prose, ...clauses].filter(({ lines }) => lines.some((line) => !line.startsWith(' ')))
}

/** A line diff by longest common subsequence; texts beyond the limit are shown as taken out and put in. */
export function diffLines(before: string, after: string): string[] {
  const a = before === '' ? [] : before.split('\n')
  const b = after === '' ? [] : after.split('\n')
  const start = a.findIndex((line, at) => line !== b[at])
  const same = start < 0 ? Math.min(a.length, b.length) : start
  const small = (a.length - same) * (b.length - same) <= ALIGNED_CELLS_MAX
  const common = small ? commonLengths(a.slice(same), b.slice(same)) : []
  const lines = a.slice(0, same).map((line) => ` ${line}`)
  let i = 0
  let j = 0
  while (i + same < a.length || j + same < b.length) {
    const old = a[i + same]
    const now = b[j + same]
    if (old !== undefined && old === now) {
      lines.push(` ${old}`)
      i++
      j++
    } else if (
      now === undefined ||
      (old !== undefined && (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))
    ) {
      lines.push(`-${old}`)
      i++
    } else {
      lines.push(`+${now}`)
      j++
    }
  }
  return lines
}

function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i]![j] =
        a[i] === b[j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!)
    }
  }
  return table
}

function kindOf(before: Clause | null, after: Clause): ClauseChange | null {
  if (before === null) return { kind: 'added', before, after }
  if (bodyOf(before) === bodyOf(after))
    return before.id === after.id ? null : { kind: 'renumbered', before, after }
  return { kind: ruleOf(before) === ruleOf(after) ? 'reworded' : 'changed', before, after }
}

/** The clause's text less its own number. */
function bodyOf(clause: Clause | undefined): string | null {
  return clause === undefined ? null : clause.policyText.replace(/@clause\("[\d.]+"\)\s*/, '')
}

/** What of a clause decides: effect, action, condition, and what it asks for. */
function ruleOf({ effect, action, condition, approval, obligation }: Clause): string {
  return JSON.stringify([effect, action, condition, approval, obligation])
}

function proseOf({ articles }: Agreement, id: string): string {
  const article = articles.find((each) => each.id === id)
  if (article === undefined) return ''
  const { title, prose } = article
  return [title.en, title.ja, prose.en, prose.ja].join('\n')
}
