/**
 * One mapping of a strictly read YAML text: each key is asked for with the kind of value it must hold.
 *
 * Spec: docs/spec/agreement.md §2.
 */
import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml'
import type { Assumption, Bilingual } from './agreement.ts'
import { AgreementError, type AgreementErrorCode } from './error.ts'

/** LIMIT: characters of one string value. */
const YAML_STRING_CHARS_MAX = 4_000
/** LIMIT: entries of one list or mapping. */
const YAML_ENTRIES_MAX = 1_000
const ID = /^[a-z0-9][a-z0-9_-]{0,63}$/

/** Where a YAML text stands in its file, and what was marked as assumed in it. */
export interface YamlSource {
  readonly file: string
  readonly lineOf: (offset: number) => number
  readonly assumptions: Assumption[]
}

/** One mapping; remembers which keys were read so that `end` can refuse the rest. */
export class YamlMapping {
  readonly path: string
  readonly #source: YamlSource
  readonly #line: number
  readonly #values = new Map<string, Node | null>()
  readonly #lines = new Map<string, number>()
  readonly #read = new Set<string>()

  constructor(node: YAMLMap, path: string, source: YamlSource) {
    this.path = path
    this.#source = source
    this.#line = source.lineOf(node.range?.[0] ?? 0)
    if (node.items.length > YAML_ENTRIES_MAX) this.fail('agreement_too_large', 'too many keys')
    for (const pair of node.items) {
      // `stringKeys` makes every key a string scalar.
      const key = pair.key as unknown as { value: string; range?: [number, number, number] | null }
      this.#values.set(key.value, pair.value as Node | null)
      this.#lines.set(key.value, source.lineOf(key.range?.[0] ?? 0))
    }
    if (this.has('assumption'))
      this.#source.assumptions.push({ where: path || 'document', text: this.string('assumption') })
  }

  keys(): string[] {
    return [...this.#values.keys()].filter((key) => key !== 'assumption')
  }

  has(key: string): boolean {
    return this.#values.has(key)
  }

  /** @throws {AgreementError} always, at the line of `key` or of the mapping */
  fail(code: AgreementErrorCode, message: string, key?: string): never {
    const line = (key === undefined ? undefined : this.#lines.get(key)) ?? this.#line
    const at = [this.path, key].filter(Boolean).join('.')
    throw new AgreementError(code, this.#source.file, line, at === '' ? message : `\`${at}\`: ${message}`)
  }

  /** Refuses every key that was not read. */
  end(): void {
    for (const key of this.#values.keys()) {
      if (!this.#read.has(key)) this.fail('agreement_key_unknown', 'unknown key', key)
    }
  }

  string(key: string): string {
    const value = this.#scalar(key)
    if (typeof value !== 'string' || value.trim() === '')
      this.fail('agreement_value_invalid', 'expected text', key)
    if (value.length > YAML_STRING_CHARS_MAX) this.fail('agreement_too_large', 'text too long', key)
    return value.trim()
  }

  optionalString(key: string): string | null {
    return this.has(key) ? this.string(key) : null
  }

  /** Text that matches `pattern`; `what` says in words what is expected. */
  matching(key: string, pattern: RegExp, what: string): string {
    const value = this.string(key)
    if (!pattern.test(value))
      this.fail('agreement_value_invalid', `expected ${what}, found \`${value}\``, key)
    return value
  }

  id(key: string): string {
    return this.matching(key, ID, 'an id of lower-case letters, digits, `_` and `-`')
  }

  oneOf<V extends string>(key: string, values: readonly V[]): V {
    const value = this.string(key)
    const known = values.find((candidate) => candidate === value)
    if (known === undefined) {
      this.fail('agreement_value_invalid', `expected one of ${values.join(', ')}, found \`${value}\``, key)
    }
    return known
  }

  integer(key: string, min: number, max: number): number {
    const value = this.#scalar(key)
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      this.fail('agreement_value_invalid', `expected a whole number from ${min} to ${max}`, key)
    }
    return value
  }

  boolean(key: string): boolean {
    const value = this.#scalar(key)
    if (typeof value !== 'boolean') this.fail('agreement_value_invalid', 'expected true or false', key)
    return value
  }

  /** A text in both languages: `{ en: …, ja: … }`. */
  bilingual(key: string): Bilingual {
    const pair = this.mapping(key)
    for (const language of ['en', 'ja']) {
      if (!pair.has(language))
        this.fail('agreement_language_missing', `language \`${language}\` is missing`, key)
    }
    const text = { en: pair.string('en'), ja: pair.string('ja') }
    pair.end()
    return text
  }

  mapping(key: string): YamlMapping {
    const node = this.#node(key)
    if (!isMap(node)) this.fail('agreement_value_invalid', 'expected a mapping', key)
    return new YamlMapping(node as YAMLMap, this.#child(key), this.#source)
  }

  /** A list of mappings, each read by `read` and then closed. */
  mappings<T>(key: string, read: (item: YamlMapping) => T): T[] {
    return this.#items(key).map((node, position) => {
      if (!isMap(node)) this.fail('agreement_value_invalid', `entry ${position} is not a mapping`, key)
      const item = new YamlMapping(node as YAMLMap, `${this.#child(key)}.${position}`, this.#source)
      const value = read(item)
      item.end()
      return value
    })
  }

  /** A list of ids, without repetition. */
  ids(key: string): string[] {
    return this.strings(key, ID, 'an id of lower-case letters, digits, `_` and `-`')
  }

  /** A list of texts that match `pattern`, without repetition. */
  strings(key: string, pattern: RegExp, what: string): string[] {
    const values = this.#items(key).map((node) => {
      const value = isScalar(node) ? node.value : null
      if (typeof value !== 'string' || !pattern.test(value)) {
        this.fail('agreement_value_invalid', `each entry is ${what}`, key)
      }
      return value
    })
    const repeated = values.find((value, position) => values.indexOf(value) !== position)
    if (repeated !== undefined) this.fail('agreement_id_duplicate', `\`${repeated}\` stands twice`, key)
    return values
  }

  /** A list, not empty, of some of `values`. */
  choices<V extends string>(key: string, values: readonly V[]): V[] {
    const chosen = this.strings(key, ID, `one of ${values.join(', ')}`)
    const known = values.filter((value) => chosen.includes(value))
    if (known.length === 0 || known.length !== chosen.length) {
      this.fail('agreement_value_invalid', `expected some of ${values.join(', ')}`, key)
    }
    return known
  }

  #items(key: string): readonly unknown[] {
    const node = this.#node(key)
    if (!isSeq(node)) this.fail('agreement_value_invalid', 'expected a list', key)
    if (node.items.length > YAML_ENTRIES_MAX) this.fail('agreement_too_large', 'list too long', key)
    return node.items
  }

  #scalar(key: string): unknown {
    const node = this.#node(key)
    if (!isScalar(node)) this.fail('agreement_value_invalid', 'expected a single value', key)
    return node.value
  }

  #node(key: string): Node | null {
    this.#read.add(key)
    if (!this.#values.has(key)) this.fail('agreement_key_missing', `key \`${key}\` is missing`)
    return this.#values.get(key) ?? null
  }

  #child(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`
  }
}

/** Entries by id. @throws {AgreementError} `agreement_id_duplicate` */
export function byId<T extends { readonly id: string }>(
  owner: YamlMapping,
  key: string,
  entries: readonly T[],
): ReadonlyMap<T['id'], T> {
  const map = new Map<T['id'], T>()
  for (const entry of entries) {
    if (map.has(entry.id)) owner.fail('agreement_id_duplicate', `\`${entry.id}\` stands twice`, key)
    map.set(entry.id, entry)
  }
  return map
}
