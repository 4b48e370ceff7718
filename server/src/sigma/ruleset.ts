/**
 * Many rules against one event.
 *
 * Every rule needs at least one of a few elementary tests to hold (its pivots). Tests that look for text are answered for
 * all rules at once, by one pass over each field; only rules with a pivot that holds are evaluated. Cost grows with the
 * length of the event and the number of rules that could apply, not with the number of rules.
 */
import { type CompiledTest, compileTest } from './atom.ts'
import type { LogEvent } from './event.ts'
import type { Atom, Expression } from './expression.ts'
import { createFieldIndex, type FieldIndex, indexable } from './field-index.ts'
import { pivotsOf } from './pivot.ts'
import type { LogSource, SigmaRule } from './rule.ts'

/** LIMIT: compiled groups kept; a group is what one combination of log sources needs. */
const GROUPS_MAX = 256

export interface RuleSet {
  readonly size: number
  /** Rules that fire on the event, in the order given to `compileRules`. */
  match(event: LogEvent): readonly SigmaRule[]
}

export function compileRules(rules: readonly SigmaRule[]): RuleSet {
  const groups = new Map<string, Group>()
  // Most events share their list of sources with others of their kind.
  const known = new WeakMap<readonly LogSource[], Group>()
  return {
    size: rules.length,
    match(event) {
      const seen = known.get(event.sources)
      if (seen !== undefined) return seen.match(event)
      const key = event.sources.map((s) => `${s.product}\0${s.category}\0${s.service}`).join('\x01')
      let group = groups.get(key)
      if (group === undefined) {
        group = new Group(
          rules.filter((rule) => event.sources.some((source) => applies(rule.logSource, source))),
        )
        if (groups.size >= GROUPS_MAX) groups.clear()
        groups.set(key, group)
      }
      known.set(event.sources, group)
      return group.match(event)
    },
  }
}

/** Everything the rule's log source names is what the event is. */
export function applies(wanted: LogSource, is: LogSource): boolean {
  return (
    (wanted.product === null || wanted.product === is.product) &&
    (wanted.category === null || wanted.category === is.category) &&
    (wanted.service === null || wanted.service === is.service)
  )
}

type Predicate = (run: Group) => boolean

/** Rules of one combination of log sources, compiled together. An event is matched at a time: state is kept between. */
class Group {
  readonly #rules: readonly SigmaRule[]
  readonly #predicates: readonly Predicate[]
  readonly #tests: CompiledTest[] = []
  readonly #rulesOfTest: number[][] = []
  readonly #always: readonly number[]
  readonly #index: FieldIndex
  readonly #ids = new Map<string, number>()
  /** Generation in which a test was found to hold, or not to hold. */
  #holds = new Uint32Array(0)
  #fails = new Uint32Array(0)
  readonly #queued: Uint32Array
  #generation = 0
  #event: LogEvent = { fields: new Map(), sources: [] }

  constructor(rules: readonly SigmaRule[]) {
    this.#rules = rules
    this.#predicates = rules.map((rule) => this.#compile(rule.expression))
    const always: number[] = []
    rules.forEach((rule, index) => {
      const pivots = pivotsOf(rule.expression)
      if (pivots === null) always.push(index)
      else for (const id of new Set(pivots.map((atom) => this.#id(atom)))) this.#rulesOfTest[id]?.push(index)
    })
    this.#always = always
    this.#index = createFieldIndex([...this.#tests.entries()].map(([id, test]) => ({ id, atom: test.atom })))
    this.#holds = new Uint32Array(this.#tests.length)
    this.#fails = new Uint32Array(this.#tests.length)
    this.#queued = new Uint32Array(rules.length)
  }

  match(event: LogEvent): readonly SigmaRule[] {
    this.#event = event
    if (this.#generation === 0xffff_ffff) this.#startOver()
    this.#generation += 1
    const candidates = [...this.#always]
    this.#index.scan(event.fields, (id, certain) => {
      if (this.#holds[id] === this.#generation) return
      if (certain) this.#holds[id] = this.#generation
      // Ids are positions in this list.
      for (const rule of this.#rulesOfTest[id] as number[]) {
        if (this.#queued[rule] === this.#generation) continue
        this.#queued[rule] = this.#generation
        candidates.push(rule)
      }
    })
    const fired = candidates.filter((rule) => this.#predicates[rule]?.(this))
    // In the order of the rules: the same event gives the same list, whatever fired first.
    return fired.sort((a, b) => a - b).map((rule) => this.#rules[rule] as SigmaRule)
  }

  #startOver(): void {
    this.#holds.fill(0)
    this.#fails.fill(0)
    this.#queued.fill(0)
    this.#generation = 0
  }

  #id(atom: Atom): number {
    const key = JSON.stringify([atom.field, atom.test])
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id = this.#tests.length
    this.#ids.set(key, id)
    this.#tests.push(compileTest(atom))
    this.#rulesOfTest.push([])
    return id
  }

  #compile(expression: Expression): Predicate {
    switch (expression.kind) {
      case 'atom': {
        const id = this.#id(expression.atom)
        return indexable(expression.atom)
          ? (run) => run.#holds[id] === run.#generation
          : (run) => run.#ask(id)
      }
      case 'not': {
        const inner = this.#compile(expression.of)
        return (run) => !inner(run)
      }
      case 'and': {
        const all = cheapestFirst(expression.of).map((one) => this.#compile(one))
        return (run) => all.every((one) => one(run))
      }
      case 'or': {
        const any = cheapestFirst(expression.of).map((one) => this.#compile(one))
        return (run) => any.some((one) => one(run))
      }
    }
  }

  /** A test that the index cannot answer by itself is asked once an event. */
  #ask(id: number): boolean {
    if (this.#holds[id] === this.#generation) return true
    if (this.#fails[id] === this.#generation) return false
    const holds = this.#tests[id]?.holds(this.#event.fields) ?? false
    const table = holds ? this.#holds : this.#fails
    table[id] = this.#generation
    return holds
  }
}

/** What the index has answered already comes before what has to be asked: a test has no effect but its answer. */
function cheapestFirst(of: readonly Expression[]): readonly Expression[] {
  return of.toSorted((a, b) => asked(a) - asked(b))
}

/** Rough cost of the tests that the index does not decide. */
function asked(expression: Expression): number {
  switch (expression.kind) {
    case 'atom':
      return indexable(expression.atom) ? 0 : expression.atom.test.kind === 'regex' ? 100 : 1
    case 'not':
      return asked(expression.of)
    default:
      return expression.of.reduce((sum, one) => sum + asked(one), 0)
  }
}
