/**
 * The condition of a rule: `selection and not 1 of filter_*`.
 *
 * Spec: Sigma Rules Specification 2.1, Condition. Precedence: not, and, or. Aggregations (`| count()`) are of an
 * older version and refused.
 */
import { SigmaError } from './error.ts'
import { allOf, anyOf, type Expression } from './expression.ts'

/** LIMIT: deeper nesting than any real rule, shallower than the stack. */
const DEPTH_MAX = 64
const TOKENS_MAX = 1_000

/** @throws {SigmaError} `sigma_condition_syntax`, `sigma_selection_unknown`, `sigma_feature_unsupported` */
export function parseCondition(text: string, selections: ReadonlyMap<string, Expression>): Expression {
  const parser = new ConditionParser(tokens(text), text, selections)
  return parser.parse()
}

function tokens(text: string): string[] {
  if (text.includes('|')) {
    throw new SigmaError(
      'sigma_feature_unsupported',
      `aggregation in condition \`${text}\`: use a correlation of another tool`,
    )
  }
  const found = text.match(/[()]|[^\s()]+/g) ?? []
  if (found.length > TOKENS_MAX) throw syntax(text, `more than ${TOKENS_MAX} words`)
  return found
}

function syntax(text: string, why: string): SigmaError {
  return new SigmaError('sigma_condition_syntax', `condition \`${text.slice(0, 200)}\`: ${why}`)
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

class ConditionParser {
  readonly #tokens: readonly string[]
  readonly #text: string
  readonly #selections: ReadonlyMap<string, Expression>
  #at = 0

  constructor(found: readonly string[], text: string, selections: ReadonlyMap<string, Expression>) {
    this.#tokens = found
    this.#text = text
    this.#selections = selections
  }

  parse(): Expression {
    const expression = this.#or(0)
    if (this.#at < this.#tokens.length) throw syntax(this.#text, `unexpected \`${this.#tokens[this.#at]}\``)
    return expression
  }

  #or(depth: number): Expression {
    const of = [this.#and(depth)]
    while (this.#take('or')) of.push(this.#and(depth))
    return anyOf(of)
  }

  #and(depth: number): Expression {
    const of = [this.#not(depth)]
    while (this.#take('and')) of.push(this.#not(depth))
    return allOf(of)
  }

  #not(depth: number): Expression {
    if (depth > DEPTH_MAX) throw syntax(this.#text, `nested deeper than ${DEPTH_MAX}`)
    if (this.#take('not')) return { kind: 'not', of: this.#not(depth + 1) }
    if (this.#take('(')) {
      const inner = this.#or(depth + 1)
      if (!this.#take(')')) throw syntax(this.#text, 'a bracket is not closed')
      return inner
    }
    return this.#selection()
  }

  #selection(): Expression {
    const word = this.#next()
    if (/^(1|any|all)$/i.test(word) && this.#take('of')) {
      const of = this.#named(this.#next())
      return word.toLowerCase() === 'all' ? allOf(of) : anyOf(of)
    }
    if (/^\d+$/.test(word))
      throw new SigmaError(
        'sigma_feature_unsupported',
        `\`${word} of\`: only \`1 of\` and \`all of\` are specified`,
      )
    const found = this.#selections.get(word)
    if (found === undefined) throw this.#unknown(word)
    return found
  }

  /** `them`, or names with `*`; what begins with an underscore is not among them. */
  #named(pattern: string): Expression[] {
    const shape =
      pattern.toLowerCase() === 'them'
        ? /^[^_]/
        : new RegExp(`^${pattern.split('*').map(literally).join('.*')}$`)
    const found = [...this.#selections]
      .filter(([name]) => shape.test(name))
      .map(([, expression]) => expression)
    if (found.length === 0) throw this.#unknown(pattern)
    return found
  }

  #unknown(name: string): SigmaError {
    const known = [...this.#selections.keys()].join('`, `')
    return new SigmaError(
      'sigma_selection_unknown',
      `condition names \`${name.slice(0, 100)}\`; there is \`${known}\``,
    )
  }

  #next(): string {
    const word = this.#tokens[this.#at]
    if (word === undefined || word === ')' || /^(and|or|of)$/i.test(word)) {
      throw syntax(this.#text, word === undefined ? 'it ends too early' : `unexpected \`${word}\``)
    }
    this.#at += 1
    return word
  }

  #take(word: string): boolean {
    if (this.#tokens[this.#at]?.toLowerCase() !== word) return false
    this.#at += 1
    return true
  }
}
