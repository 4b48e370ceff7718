/**
 * The tables in docs/spec/wire.md and problem.md are the tables in the code.
 *
 * After changing one: `node --conditions=sekisho-source server/src/wire/spec.test.ts --write`.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { WIRE_ANSWERS } from './error.ts'
import {
  MESSAGES_EVENTS,
  MESSAGES_OUTPUT_BLOCKS,
  RESPONSES_EVENTS,
  RESPONSES_OUTPUT_ITEMS,
} from './event-tables.ts'
import { FIELD_TABLES, type FieldRule } from './field-tables.ts'
import { ERROR_TYPES } from './problem.ts'
import { TYPE_TABLES, type TypeTable } from './type-tables.ts'

const DIALECTS = ['responses', 'chat', 'messages'] as const
const code = (names: Iterable<string>): string => [...names].map((name) => `\`${name}\``).join(' ')
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

function fields(): string {
  const rules: FieldRule[] = ['read', 'forward', 'replace', 'refuse']
  const rows = DIALECTS.flatMap((dialect) =>
    rules.map((rule) => [
      dialect,
      rule,
      code(Object.keys(FIELD_TABLES[dialect]).filter((f) => FIELD_TABLES[dialect][f] === rule)),
    ]),
  )
  return table(['dialect', 'rule', 'fields'], rows)
}

function types(): string {
  const rows: string[][] = []
  const add = (dialect: string, what: string, map: TypeTable): void => {
    for (const rule of ['read', 'refuse'] as const) {
      const names = [...map].filter(([, spec]) => spec.rule === rule).map(([name]) => name)
      if (names.length > 0) rows.push([dialect, what, rule, code(names)])
    }
  }
  for (const dialect of DIALECTS) {
    add(dialect, 'items', TYPE_TABLES[dialect].items)
    add(dialect, 'parts', TYPE_TABLES[dialect].parts)
    add(dialect, 'tools', TYPE_TABLES[dialect].tools)
  }
  return table(['dialect', 'what', 'rule', 'types'], rows)
}

function events(): string {
  const rows: string[][] = []
  for (const [dialect, map] of [
    ['responses', RESPONSES_EVENTS] as const,
    ['messages', MESSAGES_EVENTS] as const,
  ]) {
    for (const rule of ['delta', 'whole', 'frame', 'end']) {
      rows.push([dialect, rule, code([...map].filter(([, each]) => each === rule).map(([name]) => name))])
    }
  }
  rows.push(['responses', 'output items', code(RESPONSES_OUTPUT_ITEMS)])
  rows.push(['messages', 'content blocks', code(MESSAGES_OUTPUT_BLOCKS)])
  return table(['dialect', 'rule', 'known'], rows)
}

const BLOCKS: readonly [string, string, () => string][] = [
  ['wire.md', 'fields', fields],
  ['wire.md', 'types', types],
  ['wire.md', 'events', events],
  [
    'problem.md',
    'wire-errors',
    () =>
      table(
        ['code', 'status', 'wire code'],
        Object.entries(WIRE_ANSWERS).map(([name, { status, wireCode }]) => [
          code([name]),
          String(status),
          code([wireCode]),
        ]),
      ),
  ],
  [
    'problem.md',
    'error-types',
    () =>
      table(
        ['status', 'OpenAI `error.type`', 'Anthropic `error.type`'],
        [...ERROR_TYPES].map(([status, type]) => [
          String(status),
          code([type.openai]),
          code([type.anthropic]),
        ]),
      ),
  ],
]

for (const [file, name, render] of BLOCKS) {
  test(`docs/spec/${file} prints the table \`${name}\``, () => {
    const path = new URL(`../../../docs/spec/${file}`, import.meta.url)
    const text = readFileSync(path, 'utf8')
    const block = new RegExp(`(<!-- table:${name} -->\n)[^]*?(<!-- /table -->)`)
    const wanted = text.replace(block, (_, open: string, close: string) => `${open}${render()}\n${close}`)
    assert.match(text, block)
    if (process.argv.includes('--write')) writeFileSync(path, wanted)
    else assert.equal(text, wanted)
  })
}
