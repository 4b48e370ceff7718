/**
 * A proof or a difference for people to read, in English or Japanese.
 *
 * Everything said here stands in the canonical report too; what a vote binds to is that. Spec: docs/spec/proof.md §8, §10.
 */
import { type Bilingual, type Facts, factIsOneOf, factsInWords, type Language } from '../agreement/index.ts'
import type { Verdict } from '../authorization/index.ts'
import type { Counterexample, InvariantResult } from './check.ts'
import type { Difference, GradeChange } from './difference.ts'
import { differences } from './example.ts'
import { type Finding, findingWords } from './findings.ts'
import type { ReplayReport } from './lenses.ts'
import type { Proof } from './prove.ts'
import type { TableEffect } from './table-effect.ts'
import type { FactRange, Transition, TransitionGroup } from './transition.ts'
import type { Grade } from './verdicts.ts'

const VERDICTS: Readonly<Record<Verdict, Bilingual>> = {
  allow: { en: 'allowed', ja: '許可' },
  hold: { en: 'held', ja: '保留' },
  deny: { en: 'denied', ja: '拒否' },
}

const WORDS = {
  proved: { en: 'proved', ja: '証明済み' },
  violated: { en: 'BROKEN', ja: '違反' },
  soft: { en: ' (soft)', ja: '(要記録)' },
  ordinary: {
    en: 'an ordinary request, the model standard and nothing named',
    ja: '通常の要求(標準モデル、対象の名指しなし)',
  },
  example: { en: 'for example', ja: '例' },
  impossible: {
    en: ' [the fact finder does not make such a record today]',
    ja: '[現在の判定要素の抽出では生じない]',
  },
  nothing: { en: 'no record of facts is decided otherwise', ja: '判定の異なる判定要素の組はない' },
  unreadable: { en: 'nothing reads otherwise', ja: '文面の異なる箇所はない' },
  noCase: { en: 'no such request passes', ja: '該当する要求は一つも通らない' },
} as const satisfies Readonly<Record<string, Bilingual>>

/** The lines of a proof. */
export function proofText(proof: Proof, language: Language): string[] {
  const { agreement, invariants, findings } = proof
  return [
    `${agreement.id} ${agreement.version}  SHA-256 ${agreement.digest}`,
    '',
    ...invariants.flatMap((result) => invariantLines(result, language)),
    '',
    ...findingLines(findings, language),
    `${language === 'en' ? 'proof report' : '証明報告'}  SHA-256 ${proof.digest}`,
  ]
}

/** The lines of a difference. */
export function differenceText(difference: Difference, language: Language): string[] {
  const { before, after, transitions, grades, effects, tables, texts } = difference
  return [
    `${before.id} ${before.version} → ${after.id} ${after.version}`,
    '',
    ...(difference.sameDecisions && effects.length === 0 ? [WORDS.nothing[language]] : []),
    ...transitions.flatMap((transition) => transitionLines(difference, transition, language)),
    ...grades.map((change) => gradeLine(difference, change, language)),
    ...effects.flatMap((effect) => effectLines(difference, effect, language)),
    ...tables.map(
      ({ path, before: old, after: now }) => `~ ${path}: ${JSON.stringify(old)} → ${JSON.stringify(now)}`,
    ),
    ...(texts.length === 0 && tables.length === 0 ? [WORDS.unreadable[language]] : []),
    ...texts.flatMap(({ where, lines }) => ['', where, ...lines]),
    '',
    `${language === 'en' ? 'difference' : '差分'}  SHA-256 ${difference.digest}`,
  ]
}

/** How a record differs from an ordinary request. */
export function requestInWords(facts: Facts, language: Language): string {
  const names = differences(facts)
  if (names.length === 0) return WORDS.ordinary[language]
  return factsInWords(facts, names)[language]
}

function invariantLines(
  { invariant, verdict, failed, counterexamples }: InvariantResult,
  language: Language,
): string[] {
  const level = invariant.level === 'soft' ? WORDS.soft[language] : ''
  const shown = new Set(counterexamples.map(({ query }) => query))
  return [
    `${invariant.id.padEnd(4)} ${WORDS[verdict][language].padEnd(8)} ${invariant.title[language]}${level}`,
    ...counterexamples.map((example) => counterexampleLine(example, language)),
    ...failed
      .filter((query) => !shown.has(query))
      .map((query) => `       ${query}: ${WORDS.noCase[language]}`),
  ]
}

function counterexampleLine(
  { query, facts, verdict, compared, coherent }: Counterexample,
  language: Language,
): string {
  const than =
    compared === null
      ? ''
      : language === 'en'
        ? ` (with ${query.split('/')[2]} only ${VERDICTS[compared.verdict].en})`
        : `(${query.split('/')[2]} であれば${VERDICTS[compared.verdict].ja})`
  const words = `${VERDICTS[verdict][language]}${than}: ${requestInWords(facts, language)}`
  return `       ${query}  ${words}${coherent ? '' : WORDS.impossible[language]}`
}

/** Clauses that only give reasons are many and meant: one line for all of them. */
function findingLines(findings: readonly Finding[], language: Language): string[] {
  const explaining = findings.filter(({ kind }) => kind === 'explains_only')
  const others = findings.filter(({ kind }) => kind !== 'explains_only')
  const together = explaining.map(({ subject }) => subject).join(language === 'en' ? ', ' : '、')
  return [
    ...others.map((finding) => `! ${findingWords(finding)[language]}`),
    ...(explaining.length === 0
      ? []
      : [findingWords({ kind: 'explains_only', subject: together, by: [] })[language]]),
    '',
  ]
}

function transitionLines(difference: Difference, transition: Transition, language: Language): string[] {
  const { from, to, direction, groups } = transition
  const sign = direction === 'gained' ? '+' : '-'
  const what =
    language === 'en'
      ? `${VERDICTS[from].en} before, ${VERDICTS[to].en} now`
      : `${VERDICTS[from].ja}から${VERDICTS[to].ja}へ`
  return [
    `${sign} ${what}: ${share(transition.records, difference, language)}`,
    ...groups.flatMap((group) => groupLines(group, language)),
  ]
}

function groupLines({ clauses, telling, where, example }: TransitionGroup, language: Language): string[] {
  const by = language === 'en' ? `by clause ${clauses.join(', ')}` : `条項${clauses.join('、')}による`
  return [
    `    ${by}: ${ranges(telling.length === 0 ? where : telling, language)}`,
    `    ${WORDS.example[language]}: ${requestInWords(example.facts, language)}${example.coherent ? '' : WORDS.impossible[language]}`,
  ]
}

function effectLines(difference: Difference, effect: TableEffect, language: Language): string[] {
  const { what, gained, lost, example } = effect
  const sums = [
    gained > 0n ? `+ ${share(gained, difference, language)}` : '',
    lost > 0n ? `- ${share(lost, difference, language)}` : '',
  ].filter((text) => text !== '')
  return [
    `~ ${what[language]}: ${sums.length === 0 ? WORDS.nothing[language] : sums.join('; ')}`,
    ...(example === null
      ? []
      : [
          `    ${WORDS.example[language]}: ${VERDICTS[example.from][language]} → ${VERDICTS[example.to][language]}: ${requestInWords(example.facts, language)}`,
        ]),
  ]
}

/** The verdict stays; what it asks for changes. */
function gradeLine(
  difference: Difference,
  { from, to, records, where }: GradeChange,
  language: Language,
): string {
  const told = where.length === 0 ? '' : `; ${ranges(where, language)}`
  return `~ ${gradeWords(from, language)} → ${gradeWords(to, language)}: ${share(records, difference, language)}${told}`
}

function gradeWords({ verdict, receipt, approvals, roles }: Grade, language: Language): string {
  const detail = verdict === 'allow' ? receipt : `${approvals}: ${roles.join(', ')}`
  return language === 'en' ? `${VERDICTS[verdict].en} (${detail})` : `${VERDICTS[verdict].ja}(${detail})`
}

/** Records in number and against what was allowed before. Records are possibilities: no measure of traffic. */
function share(records: bigint, { allowed }: Difference, language: Language): string {
  const text = records.toLocaleString('en')
  const percent = percentOf(records, allowed.before)
  const part =
    language === 'en' ? `; ${percent} of the number allowed before` : `、従前の許可の数の ${percent}`
  return language === 'en'
    ? `${text} abstract records of facts (not traffic${part})`
    : `判定要素の組 ${text} 通り(利用件数ではない${part})`
}

function percentOf(records: bigint, of: bigint): string {
  if (of === 0n) return '–'
  const percent = Number((records * 100_000n) / of) / 1000
  return percent === 0 ? '< 0.001 %' : `${percent} %`
}

function ranges(where: readonly FactRange[], language: Language): string {
  return where
    .map(({ fact, values }) => factIsOneOf(fact, values, language))
    .join(language === 'en' ? '; ' : '、')
}

/** A replay of recorded decisions as lines for people. */
export function replayText(
  { decisions, distinct, same, changes }: ReplayReport,
  language: Language,
): string[] {
  const head =
    language === 'en'
      ? `${decisions} recorded decisions (${distinct} distinct): ${same} as before, ${decisions - same} otherwise`
      : `記録された判定 ${decisions} 件(相異なるもの ${distinct} 件)のうち、同じ判定 ${same} 件、異なる判定 ${decisions - same} 件`
  return [
    head,
    ...changes.map(
      ({ from, to, before, after, count, facts }) =>
        `  ${count} × ${from} → ${to}  [${before.join(' ')}] → [${after.join(' ')}]  ${requestInWords(facts, language)}`,
    ),
  ]
}
