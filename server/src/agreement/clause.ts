/**
 * One clause: a single Cedar policy with its annotations, read strictly.
 *
 * HOSTILE input: cedar-wasm recurses on its own small stack and traps on about 150 nested brackets, so a clause's
 * size, nesting and operator count are bounded before the engine sees it.
 * Spec: docs/spec/agreement.md §4.
 */
import { type PolicyJson, policyToJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { Clause, HoldRule } from './agreement.ts'
import { type Fail, type Notes, readAnnotations, readMeaning } from './annotations.ts'
import { readCondition } from './condition.ts'
import { AgreementError } from './error.ts'

/** LIMIT: characters of one clause, annotations included. */
const CLAUSE_CHARS_MAX = 8_000
/** LIMIT: brackets open at once; the engine traps at about 150. */
const CLAUSE_DEPTH_MAX = 16
/** LIMIT: operators and dots; the engine traps at several hundred. */
const CLAUSE_OPERATORS_MAX = 160

export interface ClauseFence {
  readonly text: string
  /** 1-based line of the first line of `text` in the document. */
  readonly line: number
}

/** @throws {AgreementError} `agreement_clause_*`, `agreement_annotation_*`, `agreement_fact_*`, `agreement_permit_*` */
export function readClause(
  fence: ClauseFence,
  article: string,
  holds: ReadonlyMap<string, HoldRule>,
  file: string,
): Clause {
  const fail: Fail = (code, message, lineOffset = 0) => {
    throw new AgreementError(code, file, fence.line + lineOffset, message)
  }
  checkComplexity(fence.text, fail)
  const policy = parsePolicy(fence.text, fail)
  const notes = readAnnotations(policy, fail)
  const id = readId(notes, article, fail)
  const failHere: Fail = (code, message) => fail(code, `clause ${id}: ${message}`)
  const action = readScope(policy, failHere)
  const condition = readCondition(policy, failHere)
  return {
    id,
    article,
    effect: policy.effect,
    action,
    policyText: fence.text,
    ...readMeaning(action, notes, holds, failHere),
    condition,
    line: fence.line,
  }
}

function checkComplexity(text: string, fail: Fail): void {
  if (text.length > CLAUSE_CHARS_MAX) {
    fail('agreement_clause_too_complex', `clause of ${text.length} characters, limit is ${CLAUSE_CHARS_MAX}`)
  }
  let depth = 0
  let operators = 0
  for (const char of withoutStringsAndComments(text)) {
    if ('([{'.includes(char)) depth++
    else if (')]}'.includes(char)) depth--
    else if ('.&|!=<>+-*:'.includes(char)) operators++
    if (depth > CLAUSE_DEPTH_MAX) fail('agreement_clause_too_complex', 'brackets nested too deep')
  }
  // `==`, `&&`, `||` and `::` count twice.
  if (operators > 2 * CLAUSE_OPERATORS_MAX) fail('agreement_clause_too_complex', 'too many operators')
}

/** Strings as Cedar's own lexer finds them (they may span lines), so that nothing hides from the count. */
function withoutStringsAndComments(text: string): string {
  return text.replaceAll(/"(?:\\.|[^"\\])*"|\/\/[^\n]*/g, ' ')
}

function parsePolicy(text: string, fail: Fail): PolicyJson {
  let answer: ReturnType<typeof policyToJson>
  try {
    answer = policyToJson(text)
  } catch (cause) {
    return fail('agreement_clause_syntax', `the policy engine could not read the clause: ${String(cause)}`)
  }
  if (answer.type === 'success') return answer.json
  const [error] = answer.errors
  const start = error?.sourceLocations?.[0]?.start ?? 0
  // Engine offsets are bytes.
  const before = Buffer.from(text).subarray(0, start).toString()
  const why = (error?.message ?? 'unknown defect').replace('failed to parse policy from string: ', '')
  return fail('agreement_clause_syntax', `not one Cedar policy: ${why}`, before.split('\n').length - 1)
}

function readId(notes: Notes, article: string, fail: Fail): string {
  const id = notes.get('clause')
  if (id === undefined)
    return fail('agreement_clause_without_id', 'a clause needs `@clause("article.position")`')
  if (!/^[1-9]\d?\.[1-9]\d?$/.test(id) || !id.startsWith(`${article}.`)) {
    fail(
      'agreement_clause_id_invalid',
      `clause \`${id}\` stands in article ${article}; write \`${article}.n\``,
    )
  }
  return id
}

function readScope(policy: PolicyJson, fail: Fail): Clause['action'] {
  if (policy.principal.op !== 'All' || policy.resource.op !== 'All') {
    fail('agreement_clause_scope', 'principal and resource stay open: who and what are facts')
  }
  const { action } = policy
  if (policy.effect === 'forbid') {
    if (action.op !== 'All')
      fail('agreement_clause_scope', 'a forbid covers both actions; leave `action` open')
    return 'both'
  }
  const name = action.op === '==' && 'entity' in action ? readAction(action.entity) : null
  if (name === null) {
    fail('agreement_clause_scope', 'a permit names `Action::"proceed"` or `Action::"hold"`')
  }
  return name
}

function readAction(entity: unknown): 'proceed' | 'hold' | null {
  const { type, id } = entity as { type?: string; id?: string }
  return type === 'Action' && (id === 'proceed' || id === 'hold') ? id : null
}
