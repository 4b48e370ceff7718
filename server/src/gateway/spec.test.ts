/** Keeps the table of codes in docs/spec/gateway.md in step with the code: run with `--write` to print it anew. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { GATEWAY_ANSWERS } from './error.ts'

const PAGE = new URL('../../../docs/spec/gateway.md', import.meta.url)

test('the page lists every code', () => {
  const rows = Object.entries(GATEWAY_ANSWERS).map(
    ([code, { status, wireCode }]) => `| \`${code}\` | ${status} | \`${wireCode}\` |`,
  )
  const table = ['| code | status | wire code |', '|---|---|---|', ...rows, ''].join('\n')
  const page = readFileSync(PAGE, 'utf8')
  const printed = page.replace(
    /(<!-- gateway-codes -->\n)[\s\S]*?(<!-- \/gateway-codes -->)/,
    (_, open: string, close: string) => `${open}${table}${close}`,
  )
  if (process.argv.includes('--write')) writeFileSync(PAGE, printed)
  else assert.equal(page, printed)
})
