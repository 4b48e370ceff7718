/**
 * A Sigma rule read strictly enough to be matched: what cannot be matched is refused, what only informs is kept.
 *
 * Spec: Sigma Rules Specification 2.1. HOSTILE: a rule file comes from outside; every defect is a SigmaError.
 */
import { parseAllDocuments } from 'yaml'
import { parseCondition } from './condition.ts'
import { SigmaError } from './error.ts'
import { allOf, anyOf, type Expression } from './expression.ts'
import { fieldExpression } from './modifiers.ts'

/** LIMIT: the longest public rule, a list of drivers, has 280 kB. */
const RULE_BYTES_MAX = 1024 * 1024
const VALUES_MAX = 5_000

export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const
export type Level = (typeof LEVELS)[number]

export interface LogSource {
  readonly product: string | null
  readonly category: string | null
  readonly service: string | null
}

export interface SigmaRule {
  /** UUID of the rule; the file's name where it has none. */
  readonly id: string
  readonly title: string
  readonly level: Level
  readonly status: string | null
  readonly author: string | null
  readonly tags: readonly string[]
  /** ATT&CK technique ids among the tags: `T1059.001`. */
  readonly techniques: readonly string[]
  /** ATT&CK tactics among the tags, in the kill chain's spelling: `initial-access`. */
  readonly tactics: readonly string[]
  readonly logSource: LogSource
  readonly expression: Expression
  readonly file: string
}

/**
 * @param file named in errors and kept in the rule
 * @throws {SigmaError}
 */
export function parseRule(text: string, file: string): SigmaRule {
  try {
    return readRule(document(text), file)
  } catch (error) {
    if (error instanceof SigmaError)
      throw new SigmaError(error.code, `${file}: ${error.message}`, { cause: error })
    throw error
  }
}

type Members = Readonly<Record<string, unknown>>

function document(text: string): Members {
  if (Buffer.byteLength(text) > RULE_BYTES_MAX) {
    throw new SigmaError('sigma_rule_too_large', `larger than ${RULE_BYTES_MAX} bytes`)
  }
  const documents = parseAllDocuments(text, { uniqueKeys: true, maxAliasCount: 0 } as object)
  const [first] = documents
  if (!Array.isArray(documents) || first === undefined)
    throw new SigmaError('sigma_rule_malformed', 'no document')
  if (documents.length > 1)
    throw new SigmaError('sigma_feature_unsupported', 'more than one document in a file')
  const [error] = first.errors
  if (error !== undefined) throw new SigmaError('sigma_rule_yaml', error.message.split('\n')[0] ?? 'not YAML')
  let value: unknown
  try {
    value = first.toJS({ maxAliasCount: 0 })
  } catch (cause) {
    throw new SigmaError('sigma_rule_yaml', (cause as Error).message, { cause })
  }
  return members(value, 'a rule')
}

function readRule(rule: Members, file: string): SigmaRule {
  if (rule.correlation !== undefined || rule.action !== undefined) {
    throw new SigmaError('sigma_feature_unsupported', 'correlations and rule collections are not matched')
  }
  const tags = textList(rule.tags)
  const id = text(rule.id)
  return {
    id: id ?? (file.split('/').at(-1) ?? file).replace(/\.ya?ml$/, ''),
    title: text(rule.title) ?? fail('no `title`'),
    level: LEVELS.find((level) => level === rule.level) ?? 'informational',
    status: text(rule.status),
    author: text(rule.author),
    tags,
    techniques: tags.flatMap((tag) => /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1]?.toUpperCase() ?? []),
    tactics: tags.flatMap((tag) => /^attack\.([a-z][a-z_-]+)$/i.exec(tag)?.[1]?.replaceAll('_', '-') ?? []),
    logSource: logSource(members(rule.logsource, '`logsource`')),
    expression: detection(members(rule.detection, '`detection`')),
    file,
  }
}

function logSource(source: Members): LogSource {
  const found = {
    product: text(source.product),
    category: text(source.category),
    service: text(source.service),
  }
  if (found.product === null && found.category === null && found.service === null)
    fail('`logsource` names nothing')
  return found
}

function detection(all: Members): Expression {
  const { condition, timeframe, ...named } = all
  if (timeframe !== undefined)
    throw new SigmaError(
      'sigma_feature_unsupported',
      '`timeframe` belongs to aggregations, which are not matched',
    )
  const selections = new Map(Object.entries(named).map(([name, body]) => [name, selection(name, body)]))
  if (selections.size === 0) fail('`detection` has no selection')
  const conditions = Array.isArray(condition) ? condition : [condition]
  if (conditions.length === 0) fail('`condition` is empty')
  return anyOf(conditions.map((one) => parseCondition(text(one) ?? fail('no `condition`'), selections)))
}

/** A map is all of its fields; a list is any of its members; a bare value is a keyword. */
function selection(name: string, body: unknown): Expression {
  if (Array.isArray(body)) {
    if (body.length === 0) fail(`selection \`${name}\` is empty`)
    return anyOf(body.map((one) => selection(name, one)))
  }
  if (typeof body === 'object' && body !== null) {
    const fields = Object.entries(body)
    if (fields.length === 0) fail(`selection \`${name}\` is empty`)
    return allOf(fields.map(([key, value]) => fieldExpression(key, values(key, value))))
  }
  if (body === null || body === '') fail(`selection \`${name}\` is empty`)
  return fieldExpression('|contains', [body])
}

function values(key: string, value: unknown): readonly unknown[] {
  const list = Array.isArray(value) ? value : [value]
  if (list.length === 0) fail(`field \`${key}\` has no value`)
  if (list.length > VALUES_MAX) fail(`field \`${key}\` has ${list.length} values, limit is ${VALUES_MAX}`)
  return list
}

function members(value: unknown, what: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(`${what} is not a mapping`)
  return value as Members
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

function textList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

function fail(message: string): never {
  throw new SigmaError('sigma_rule_malformed', message)
}
