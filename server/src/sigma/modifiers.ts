/**
 * One field of a selection, its modifiers and values, as an expression.
 *
 * Spec: Sigma Modifiers Appendix 2.1. Values compare without regard to case unless `cased`.
 */
import { isIP } from 'node:net'
import { RE2JS } from 're2js'
import { SigmaError } from './error.ts'
import { ANY_FIELD, allOf, anyOf, type Comparison, type Expression, type Test } from './expression.ts'
import { misused, type Placing, type TextModifiers, textTests } from './text-test.ts'

const VALUE_CHARS_MAX = 16_384
const REGEX_CHARS_MAX = 2_048

interface Modifiers extends TextModifiers {
  readonly all: boolean
  readonly special: 'regex' | 'cidr' | Comparison | 'exists' | 'fieldref' | null
  readonly flags: string
}

const SET: Readonly<Record<string, (m: Modifiers) => Partial<Modifiers>>> = {
  contains: (m) => placed(m, 'contains'),
  startswith: (m) => placed(m, 'startswith'),
  endswith: (m) => placed(m, 'endswith'),
  all: () => ({ all: true }),
  cased: () => ({ cased: true }),
  windash: () => ({ windash: true }),
  wide: () => ({ encoding: 'utf16le' }),
  utf16le: () => ({ encoding: 'utf16le' }),
  utf16be: () => ({ encoding: 'utf16be' }),
  utf16: () => ({ encoding: 'utf16' }),
  base64: () => ({ base64: 'plain' }),
  base64offset: () => ({ base64: 'offset' }),
  re: (m) => special(m, 'regex'),
  i: (m) => flag(m, 'i'),
  m: (m) => flag(m, 'm'),
  s: (m) => flag(m, 's'),
  cidr: (m) => special(m, 'cidr'),
  lt: (m) => special(m, 'lt'),
  lte: (m) => special(m, 'lte'),
  gt: (m) => special(m, 'gt'),
  gte: (m) => special(m, 'gte'),
  exists: (m) => special(m, 'exists'),
  fieldref: (m) => special(m, 'fieldref'),
}

function placed(m: Modifiers, placing: Placing): Partial<Modifiers> {
  if (m.placing !== 'equals') throw misused(`\`${placing}\` after \`${m.placing}\``)
  return { placing }
}

function special(m: Modifiers, kind: NonNullable<Modifiers['special']>): Partial<Modifiers> {
  if (m.special !== null) throw misused(`\`${kind}\` after \`${m.special}\``)
  return { special: kind }
}

function flag(m: Modifiers, letter: string): Partial<Modifiers> {
  if (m.special !== 'regex') throw misused(`\`${letter}\` without \`re\``)
  return { flags: m.flags + letter }
}

/**
 * @param key     `CommandLine|contains|all`, or `|contains` for keywords
 * @param values  what stands beneath it, never empty
 * @throws {SigmaError} `sigma_modifier_unknown`, `sigma_modifier_misused`, `sigma_value_invalid`
 */
export function fieldExpression(key: string, values: readonly unknown[]): Expression {
  const [name = '', ...names] = key.split('|')
  const m = readModifiers(names)
  const field = name === '' ? ANY_FIELD : name
  const each = values.map((value) =>
    anyOf(testsOf(value, m).map((test) => ({ kind: 'atom', atom: { field, test } }))),
  )
  return m.all ? allOf(each) : anyOf(each)
}

function readModifiers(names: readonly string[]): Modifiers {
  let m: Modifiers = {
    placing: 'equals',
    all: false,
    cased: false,
    windash: false,
    encoding: 'utf8',
    base64: null,
    special: null,
    flags: '',
  }
  for (const name of names) {
    const set = Object.hasOwn(SET, name) ? SET[name] : undefined
    if (set === undefined)
      throw new SigmaError(
        'sigma_modifier_unknown',
        `modifier \`${name.slice(0, 40)}\` is not one of \`${Object.keys(SET).join('`, `')}\``,
      )
    m = { ...m, ...set(m) }
  }
  const transforms = m.windash || m.base64 !== null || m.encoding !== 'utf8'
  if (m.special !== null && m.special !== 'fieldref' && (transforms || m.placing !== 'equals')) {
    throw misused(`\`${m.special}\` takes no other matching modifier`)
  }
  if (m.encoding !== 'utf8' && m.base64 === null)
    throw misused('an encoding without `base64` or `base64offset` matches no text')
  if (m.base64 === 'offset' && m.placing !== 'contains')
    throw misused('`base64offset` is to be followed by `contains`')
  return m
}

function testsOf(value: unknown, m: Modifiers): Test[] {
  if (m.special !== null) return [specialTest(value, m)]
  if (value === null) return [{ kind: 'null' }]
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new SigmaError('sigma_value_invalid', 'a value is a text, a number, a boolean or null')
  }
  const text = String(value)
  if (text.length > VALUE_CHARS_MAX)
    throw new SigmaError(
      'sigma_value_invalid',
      `a value is ${text.length} characters, limit is ${VALUE_CHARS_MAX}`,
    )
  if (text === '' && m.placing === 'equals') return [{ kind: 'null' }]
  return textTests(text, m)
}

function specialTest(value: unknown, m: Modifiers): Test {
  const text = String(value)
  switch (m.special) {
    case 'regex':
      return regexTest(text, m)
    case 'cidr':
      return { kind: 'cidr', network: network(text) }
    case 'exists':
      if (typeof value !== 'boolean')
        throw new SigmaError('sigma_value_invalid', '`exists` takes true or false')
      return { kind: 'exists', wanted: value }
    case 'fieldref':
      return { kind: 'fieldref', other: text, how: m.placing }
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte': {
      const number = Number(value)
      if (value === null || text.trim() === '' || !Number.isFinite(number)) {
        throw new SigmaError('sigma_value_invalid', `\`${text.slice(0, 40)}\` is not a number`)
      }
      return { kind: 'compare', operator: m.special, number }
    }
    default:
      throw new SigmaError('sigma_modifier_misused', 'a modifier is missing')
  }
}

/** RE2 matches in linear time: a rule cannot hold up the events behind it. Look-around and back-references are refused. */
function regexTest(source: string, m: Modifiers): Test {
  if (source.length > REGEX_CHARS_MAX)
    throw new SigmaError(
      'sigma_value_invalid',
      `an expression is ${source.length} characters, limit is ${REGEX_CHARS_MAX}`,
    )
  const test: Test = { kind: 'regex', source, flags: m.flags }
  try {
    compileRegex(test)
  } catch (cause) {
    throw new SigmaError(
      'sigma_value_invalid',
      `expression \`${source.slice(0, 100)}\` is not RE2 syntax: ${(cause as Error).message}`,
      { cause },
    )
  }
  return test
}

const REGEX_FLAGS: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
}

export function compileRegex({ source, flags }: { source: string; flags: string }): RE2JS {
  return RE2JS.compile(
    source,
    [...flags].reduce((sum, letter) => sum | (REGEX_FLAGS[letter] ?? 0), 0),
  )
}

function network(text: string): string {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  const widest = family === 4 ? 32 : 128
  const ok =
    family !== 0 &&
    rest.length === 0 &&
    bits !== undefined &&
    /^\d{1,3}$/.test(bits) &&
    Number(bits) <= widest
  if (!ok)
    throw new SigmaError('sigma_value_invalid', `\`${text.slice(0, 60)}\` is not a network in CIDR notation`)
  return text
}
