/**
 * The tables in docs/spec/upstream.md are the tables in the code.
 *
 * After changing one: `node --conditions=sekisho-source server/src/upstream/spec.test.ts --write`.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { VENDOR_CODES } from './vendor-codes.ts'
import { UPSTREAM_RETRY } from './vendor-problem.ts'

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

const fate = (each: { sticky?: boolean; retryable: boolean }): string =>
  each.sticky === true ? 'never again' : each.retryable ? 'later' : 'not as it is'

const BLOCKS: readonly [string, () => string][] = [
  [
    'vendor-codes',
    () =>
      table(
        ['vendor code', 'stopped by', 'our code', 'status', 'wire code', 'send again'],
        [...VENDOR_CODES].map(([name, known]) => [
          `\`${name}\``,
          known.by,
          `\`${known.code}\``,
          String(known.status),
          `\`${known.wireCode}\``,
          fate(known),
        ]),
      ),
  ],
  [
    'upstream-errors',
    () =>
      table(
        ['code', 'told as', 'status', 'send again'],
        Object.entries(UPSTREAM_RETRY).map(([name, each]) => [
          `\`${name}\``,
          each.by,
          String(each.status),
          fate(each),
        ]),
      ),
  ],
]

for (const [name, render] of BLOCKS) {
  test(`docs/spec/upstream.md prints the table \`${name}\``, () => {
    const path = new URL('../../../docs/spec/upstream.md', import.meta.url)
    const text = readFileSync(path, 'utf8')
    const block = new RegExp(`(<!-- table:${name} -->\n)[^]*?(<!-- /table -->)`)
    const wanted = text.replace(block, (_, open: string, close: string) => `${open}${render()}\n${close}`)
    assert.match(text, block)
    if (process.argv.includes('--write')) writeFileSync(path, wanted)
    else assert.equal(text, wanted)
  })
}
