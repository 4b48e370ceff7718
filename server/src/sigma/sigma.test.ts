import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { globMatches } from './atom.ts'
import { buildAutomaton } from './automaton.ts'
import { SIGMA_ERROR_CODES, SigmaError, type SigmaErrorCode } from './error.ts'
import { type FieldValue, fieldsOfJson, fieldsOfWindows } from './event.ts'
import type { Atom, Expression, Test } from './expression.ts'
import { requiredLiteral } from './literal.ts'
import { compileRegex } from './modifiers.ts'
import { parseRule, type SigmaRule } from './rule.ts'
import { compileRules } from './ruleset.ts'
import { eventOf, plainlyMatches, ruleOf } from './testing.ts'
import { windowsSources } from './windows-sources.ts'

function fires(detection: string, fields: Record<string, FieldValue>): boolean {
  const rule = ruleOf(detection)
  const event = eventOf(fields)
  const compiled = compileRules([rule]).match(event).length === 1
  assert.equal(
    plainlyMatches(rule.expression, event),
    compiled,
    'the compiled set and the plain matcher agree',
  )
  return compiled
}

const CASES: readonly (readonly [what: string, detection: string, yes: object[], no: object[]])[] = [
  ['equality ignores case', 'a:\n  F: Abc\ncondition: a', [{ F: 'aBC' }], [{ F: 'abcd' }, { G: 'abc' }, {}]],
  ['equality with `cased`', 'a:\n  F|cased: Abc\ncondition: a', [{ F: 'Abc' }], [{ F: 'abc' }]],
  ['any of a list', 'a:\n  F: [x, y]\ncondition: a', [{ F: 'x' }, { F: 'y' }], [{ F: 'z' }]],
  ['all of a list', 'a:\n  F|contains|all: [x, y]\ncondition: a', [{ F: 'yx' }], [{ F: 'x' }]],
  ['every field of a map', 'a:\n  F: x\n  G: y\ncondition: a', [{ F: 'x', G: 'y' }], [{ F: 'x' }]],
  ['any map of a list', 'a:\n  - F: x\n  - G: y\ncondition: a', [{ F: 'x' }, { G: 'y' }], [{ F: 'y' }]],
  [
    'ends',
    'a:\n  F|endswith: \\x.exe\ncondition: a',
    [{ F: 'C:\\X.EXE' }],
    [{ F: '\\x.exe2' }, { F: 'x.exe' }],
  ],
  ['starts', 'a:\n  F|startswith: ab\ncondition: a', [{ F: 'ABc' }], [{ F: 'cab' }]],
  ['contains', 'a:\n  F|contains: ab\ncondition: a', [{ F: 'xABy' }], [{ F: 'a b' }]],
  ['a star within', "a:\n  F: 'a*b'\ncondition: a", [{ F: 'ab' }, { F: 'axxb' }], [{ F: 'abc' }]],
  ['a question mark', "a:\n  F: 'a?b'\ncondition: a", [{ F: 'axb' }], [{ F: 'ab' }, { F: 'axxb' }]],
  ['a star alone asks for the field', "a:\n  F: '*'\ncondition: a", [{ F: '' }, { F: 'x' }], [{}]],
  ['an escaped star', "a:\n  F: 'a\\*b'\ncondition: a", [{ F: 'a*b' }], [{ F: 'axb' }]],
  [
    'a backslash before a star',
    "a:\n  F: 'a\\\\*'\ncondition: a",
    [{ F: 'a\\x' }],
    [{ F: 'a*' }, { F: 'ax' }],
  ],
  ['numbers as text', 'a:\n  F: 4688\ncondition: a', [{ F: '4688' }], [{ F: '468' }]],
  [
    'null is absent, null or empty',
    'a:\n  F: null\ncondition: a',
    [{}, { F: null }, { F: '' }],
    [{ F: 'x' }],
  ],
  ['exists', 'a:\n  F|exists: true\ncondition: a', [{ F: '' }], [{}]],
  ['exists not', 'a:\n  F|exists: false\ncondition: a', [{}], [{ F: 'x' }]],
  [
    'comparison',
    'a:\n  F|gte: 5\ncondition: a',
    [{ F: '5' }, { F: '40' }],
    [{ F: '4.9' }, { F: 'x' }, { F: '' }],
  ],
  [
    'network',
    'a:\n  F|cidr: 10.0.0.0/8\ncondition: a',
    [{ F: '10.255.0.1' }],
    [{ F: '11.0.0.1' }, { F: '10.x' }],
  ],
  ['network of version 6', "a:\n  F|cidr: 'fe80::/10'\ncondition: a", [{ F: 'fe80::1' }], [{ F: '::1' }]],
  ['expression', "a:\n  F|re: '^a\\d+$'\ncondition: a", [{ F: 'a12' }], [{ F: 'A12' }, { F: 'a12b' }]],
  ['expression without case', "a:\n  F|re|i: '^a\\d+$'\ncondition: a", [{ F: 'A12' }], [{ F: 'b12' }]],
  [
    'another field',
    'a:\n  F|fieldref: G\ncondition: a',
    [{ F: 'x', G: 'X' }],
    [{ F: 'x', G: 'y' }, { F: 'x' }],
  ],
  [
    'end of another field',
    'a:\n  F|fieldref|endswith: G\ncondition: a',
    [{ F: 'yx', G: 'X' }],
    [{ F: 'xy', G: 'x' }],
  ],
  [
    'dashes',
    "a:\n  F|contains|windash: ' -f '\ncondition: a",
    [{ F: 'c -f x' }, { F: 'c /F x' }, { F: 'c –f x' }],
    [{ F: 'c f x' }],
  ],
  ['base64', 'a:\n  F|base64: foo\ncondition: a', [{ F: 'Zm9v' }], [{ F: 'zm9v' }]],
  ['wide base64', 'a:\n  F|wide|base64: ab\ncondition: a', [{ F: 'YQBiAA==' }], [{ F: 'YWI=' }]],
  [
    'keywords',
    'k:\n  - Alpha\n  - beta\ncondition: k',
    [{ F: 'x alpha y' }, { G: 'BETA' }],
    [{ F: 'gamma' }],
  ],
  [
    'one of',
    'a:\n  F: x\nb1:\n  G: y\nb2:\n  G: z\ncondition: a and 1 of b*',
    [{ F: 'x', G: 'z' }],
    [{ F: 'x' }],
  ],
  ['all of', 'b1:\n  F: x\nb2:\n  G: z\ncondition: all of b*', [{ F: 'x', G: 'z' }], [{ F: 'x' }]],
  [
    'them leaves underscores out',
    'a:\n  F: x\n_b:\n  G: z\ncondition: all of them',
    [{ F: 'x' }],
    [{ G: 'z' }],
  ],
  [
    'not binds before and, and before or',
    'a:\n  F: x\nb:\n  G: y\nc:\n  H: z\ncondition: a or b and not c',
    [{ F: 'x', H: 'z' }, { G: 'y' }],
    [{ G: 'y', H: 'z' }],
  ],
  ['brackets', 'a:\n  F: x\nb:\n  G: y\ncondition: not (a or b)', [{ H: '1' }], [{ F: 'x' }, { G: 'y' }]],
  ['lists of values', 'a:\n  F|contains: x\ncondition: a', [{ F: ['a', 'bx'] }], [{ F: ['a', 'b'] }]],
]

for (const [what, detection, yes, no] of CASES) {
  test(`a rule: ${what}`, () => {
    for (const fields of yes) assert.equal(fires(detection, fields as never), true, JSON.stringify(fields))
    for (const fields of no) assert.equal(fires(detection, fields as never), false, JSON.stringify(fields))
  })
}

test('base64 is found at each of the three places a text may begin', () => {
  const detection = 'a:\n  F|base64offset|contains: secret-marker\ncondition: a'
  for (const before of ['', 'x', 'xy', 'xyz']) {
    for (const after of ['', 'z', 'zz']) {
      const value = Buffer.from(`${before}secret-marker${after}`).toString('base64')
      assert.equal(fires(detection, { F: value }), true, `${before}/${after}`)
    }
  }
  assert.equal(fires(detection, { F: Buffer.from('secret-market').toString('base64') }), false)
})

const DEFECTS: readonly (readonly [SigmaErrorCode, string])[] = [
  ['sigma_rule_yaml', 'title: [a'],
  ['sigma_rule_yaml', 'title: a\ntitle: b\n'],
  ['sigma_rule_yaml', 'a: &a [1]\nb: *a\n'],
  ['sigma_rule_malformed', '- a\n'],
  ['sigma_rule_malformed', ''],
  ['sigma_rule_malformed', 'title: t\nlogsource: {product: x}\ndetection: {condition: a}\n'],
  ['sigma_rule_malformed', 'title: t\nlogsource: {product: x}\ndetection: {a: {F: x}}\n'],
  ['sigma_rule_malformed', 'title: t\nlogsource: {}\ndetection: {a: {F: x}, condition: a}\n'],
  ['sigma_rule_malformed', 'title: t\nlogsource: {product: x}\ndetection: {a: {}, condition: a}\n'],
  ['sigma_rule_malformed', 'title: t\nlogsource: {product: x}\ndetection: {a: [], condition: a}\n'],
  ['sigma_rule_malformed', 'logsource: {product: x}\ndetection: {a: {F: x}, condition: a}\n'],
  ['sigma_rule_too_large', `title: ${'a'.repeat(1024 * 1024)}`],
  ['sigma_feature_unsupported', 'title: t\ncorrelation: {type: event_count}\n'],
  ['sigma_feature_unsupported', 'title: a\n---\ntitle: b\n'],
  ['sigma_feature_unsupported', detectionOf('{a: {F: x}, timeframe: 5m, condition: a}')],
  ['sigma_feature_unsupported', detectionOf("{a: {F: x}, condition: 'a | count() > 5'}")],
  ['sigma_feature_unsupported', detectionOf("{a: {F: x}, condition: '2 of a*'}")],
  ['sigma_condition_syntax', detectionOf("{a: {F: x}, condition: 'a and'}")],
  ['sigma_condition_syntax', detectionOf("{a: {F: x}, condition: '(a'}")],
  ['sigma_condition_syntax', detectionOf("{a: {F: x}, condition: 'a a'}")],
  ['sigma_condition_syntax', detectionOf(`{a: {F: x}, condition: '${'('.repeat(100)}a${')'.repeat(100)}'}`)],
  ['sigma_condition_syntax', detectionOf(`{a: {F: x}, condition: '${'not '.repeat(100)}a'}`)],
  ['sigma_selection_unknown', detectionOf("{a: {F: x}, condition: 'b'}")],
  ['sigma_selection_unknown', detectionOf("{a: {F: x}, condition: '1 of b*'}")],
  ['sigma_modifier_unknown', detectionOf('{a: {F|expand: x}, condition: a}')],
  ['sigma_modifier_unknown', detectionOf('{a: {F|toString: x}, condition: a}')],
  ['sigma_modifier_misused', detectionOf('{a: {F|contains|re: x}, condition: a}')],
  ['sigma_modifier_misused', detectionOf('{a: {F|contains|startswith: x}, condition: a}')],
  ['sigma_modifier_misused', detectionOf('{a: {F|i: x}, condition: a}')],
  ['sigma_modifier_misused', detectionOf("{a: {F|base64: 'a*'}, condition: a}")],
  ['sigma_modifier_misused', detectionOf("{a: {F|contains|windash: ' -a -b -c -d'}, condition: a}")],
  ['sigma_value_invalid', detectionOf("{a: {F|re: '(?=a)'}, condition: a}")],
  ['sigma_value_invalid', detectionOf("{a: {F|re: '('}, condition: a}")],
  ['sigma_value_invalid', detectionOf('{a: {F|cidr: 10.0.0.0/33}, condition: a}')],
  ['sigma_value_invalid', detectionOf('{a: {F|lt: x}, condition: a}')],
  ['sigma_value_invalid', detectionOf('{a: {F|exists: maybe}, condition: a}')],
  ['sigma_value_invalid', detectionOf('{a: {F: {b: c}}, condition: a}')],
]

function detectionOf(detection: string): string {
  return `title: t\nlogsource: {product: x}\ndetection: ${detection}\n`
}

test('every defect of a rule has its code, and every code its defect', () => {
  for (const [code, text] of DEFECTS) {
    assert.throws(
      () => parseRule(text, 'dir/rule.yml'),
      (error: unknown) =>
        error instanceof SigmaError && error.code === code && error.message.startsWith('dir/rule.yml: '),
      `${code}: ${text.slice(0, 80)}`,
    )
  }
  assert.deepEqual(new Set(DEFECTS.map(([code]) => code)), new Set(SIGMA_ERROR_CODES))
})

test('no text makes the parser throw anything else', () => {
  const words = fc.constantFrom(
    'title: t\n',
    'logsource:\n',
    '  product: x\n',
    'detection:\n',
    '  a:\n',
    '    F|contains: ',
    '*',
    "'",
    '- ',
    '{',
    '[',
    '\n',
    '  condition: a\n',
    '&a ',
    '*a',
    '|',
    ': ',
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 30 }), (parts) => {
      try {
        parseRule(parts.join(''), 'x.yml')
      } catch (error) {
        assert.ok(error instanceof SigmaError, String(error))
      }
    }),
  )
})

const letters = fc.string({
  unit: fc.constantFrom('a', 'b', 'B', '\\', '*', '?', '.', 'é', '東'),
  maxLength: 6,
})
const texts = letters.filter((text) => text !== '').map((text) => text.replace(/[*?]/g, 'x'))
const tests: fc.Arbitrary<Test> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('equals', 'contains', 'startswith', 'endswith'),
    text: texts.map((t) => t.toLowerCase()),
    cased: fc.constant(false),
  }),
  fc.record({
    kind: fc.constantFrom('equals', 'contains', 'startswith', 'endswith'),
    text: texts,
    cased: fc.constant(true),
  }),
  fc.record({
    kind: fc.constant('glob'),
    parts: fc.array(
      fc.oneof(
        texts.map((t) => ({ text: t.toLowerCase() })),
        fc.constantFrom('any', 'one'),
      ),
      { minLength: 2, maxLength: 4 },
    ),
    cased: fc.constant(false),
  }),
  fc.record({
    kind: fc.constant('regex'),
    source: fc.constantFrom('aB+', 'a.*b', '(?i)bab', 'a|b', 'x{2,}abb'),
    flags: fc.constantFrom('', 'i'),
  }),
  fc.record({ kind: fc.constant('exists'), wanted: fc.boolean() }),
  fc.constant({ kind: 'null' }),
) as fc.Arbitrary<Test>
const atoms: fc.Arbitrary<Atom> = fc
  .record({ field: fc.constantFrom('F', 'G', '*'), test: tests })
  .filter(({ field, test }) => field !== '*' || (test.kind !== 'null' && test.kind !== 'exists'))
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    atoms.map((atom): Expression => ({ kind: 'atom', atom })),
    fc.record({
      kind: fc.constantFrom('and', 'or'),
      of: fc.array(tie('expression'), { minLength: 1, maxLength: 3 }),
    }) as fc.Arbitrary<Expression>,
    fc.record({ kind: fc.constant('not'), of: tie('expression') }) as fc.Arbitrary<Expression>,
  ),
}))
const values = fc.oneof(letters, fc.array(letters, { maxLength: 2 }), fc.constant(null))

test('the compiled set fires exactly the rules that the plain matcher fires', () => {
  const events = fc.array(fc.dictionary(fc.constantFrom('F', 'G', 'H'), values), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(fc.array(expression, { minLength: 1, maxLength: 8 }), events, (expressions, list) => {
      const template = ruleOf('a:\n  F: x\ncondition: a')
      const rules = expressions.map((one, i): SigmaRule => ({ ...template, id: String(i), expression: one }))
      const set = compileRules(rules)
      for (const fields of list) {
        const event = eventOf(fields)
        const expected = rules.filter((rule) => plainlyMatches(rule.expression, event)).map(({ id }) => id)
        assert.deepEqual(
          set.match(event).map(({ id }) => id),
          expected,
        )
      }
    }),
    { numRuns: 2_000 },
  )
})

test('the automaton finds what `indexOf` finds', () => {
  const some = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '東'), maxLength: 40 })
  const set = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '東'), minLength: 1, maxLength: 4 }), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(set, some, (patterns, value) => {
      const found: string[] = []
      buildAutomaton(patterns).scan(value, (at, end) => found.push(`${at}@${end}`))
      const expected = patterns.flatMap((pattern, at) =>
        [...value].flatMap((_, from) =>
          value.startsWith(pattern, from) ? [`${at}@${from + pattern.length}`] : [],
        ),
      )
      assert.deepEqual(found.toSorted(), expected.toSorted())
    }),
    { numRuns: 1_000 },
  )
})

test('a required literal is in every match', () => {
  const sources = [
    'foo',
    'fo+bar',
    'x?abc',
    'abc{0,2}def',
    '(abc)def',
    'a[bc]+defg',
    '\\.exe',
    '(?i)kiss me',
    '\\w+\\\\temp\\\\',
    'ab|cde',
    '\\x41bcd',
  ]
  assert.deepEqual(
    sources.map((source) => requiredLiteral(source, '')),
    ['foo', 'bar', 'abc', 'def', 'def', 'defg', null, null, '\\temp\\', null, null].map((want, i) =>
      i === 6 ? '.exe' : i === 7 ? ' me' : want,
    ),
  )
  const pieces = fc.constantFrom(
    'abc',
    'Kel',
    'ss',
    '\\.',
    '[ab]',
    '(x|y)',
    'a+',
    'b?',
    'c{2}',
    '.*',
    '\\w',
    'é',
    '(?:q|r)+',
  )
  const subjects = fc.string({
    unit: fc.constantFrom('a', 'b', 'c', 'K', 'e', 'l', 's', '\u017f', '\u212a', '.', 'x', 'q', 'é'),
    maxLength: 24,
  })
  fc.assert(
    fc.property(
      fc.array(pieces, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('', 'i'),
      subjects,
      (parts, flags, subject) => {
        const source = parts.join('')
        const literal = requiredLiteral(source, flags)
        if (literal === null || !compileRegex({ source, flags }).matcher(subject).find()) return
        assert.ok(subject.toLowerCase().includes(literal), `${source} ${literal} ${subject}`)
      },
    ),
    { numRuns: 3_000 },
  )
})

test('a glob agrees with the expression that says the same', () => {
  const part = fc.oneof(
    fc.constantFrom('any' as const, 'one' as const),
    fc.constantFrom('a', 'ab', 'b').map((text) => ({ text })),
  )
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 6 }),
      fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 }),
      (parts, value) => {
        const same = parts.map((p) => (p === 'any' ? '.*' : p === 'one' ? '.' : p.text)).join('')
        assert.equal(globMatches(parts, value), new RegExp(`^${same}$`).test(value))
      },
    ),
    { numRuns: 2_000 },
  )
})

test('windows events: members on one level, sources by channel and number', () => {
  const fields = fieldsOfWindows({
    Event: {
      System: { EventID: { '#text': 4688 }, Channel: 'Security', Provider: { '#attributes': { Name: 'P' } } },
      EventData: {
        Data: [{ '#attributes': { Name: 'NewProcessName' }, '#text': 'C:\\a.exe' }, { '#text': 'loose' }],
      },
    },
  })
  assert.ok(fields !== null)
  assert.deepEqual(windowsSources(fields), [
    { product: 'windows', category: 'process_creation', service: 'security' },
  ])
  assert.equal(fields.get('Provider_Name'), 'P')
  assert.equal(fields.get('Image'), 'C:\\a.exe')
  assert.deepEqual(fields.get('Data'), ['loose'])
  assert.equal(fieldsOfWindows({ a: 1 }), null)
})

test('nested json becomes dotted names, lists stay lists, hostile depth and width are cut', () => {
  const fields = fieldsOfJson({ a: { b: [{ c: 1 }, { c: true }] }, d: null })
  assert.deepEqual(fields.get('a.b.c'), ['1', 'true'])
  assert.equal(fields.get('d'), null)
  const deep: Record<string, unknown> = {}
  let at = deep
  for (let i = 0; i < 100; i += 1) at = at.x = {} as never
  at.y = 1
  assert.equal(fieldsOfJson(deep).size, 0)
  const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`f${i}`, i]))
  assert.equal(fieldsOfJson(wide).size, 2_000)
})

const PUBLIC_RULES = path.resolve(import.meta.dirname, '../../../../shared/data/sigma/rules')
test('the public rules are read, all of them', {
  skip: existsSync(PUBLIC_RULES) ? false : 'no ../shared/data/sigma',
}, () => {
  const files = globSync('**/*.yml', { cwd: PUBLIC_RULES }).filter((_, i) => i % 10 === 0)
  for (const file of files) parseRule(readFileSync(path.join(PUBLIC_RULES, file), 'utf8'), file)
  assert.ok(files.length > 300)
})
