/** Tests of what the tour writes into README.md. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillReadme } from './readme.ts'
import type { RowReport } from './row.ts'

const report = { id: 't01', what: 'a | b', expected: '$& 200', got: 'x', ok: true, clause: null } as RowReport

test('the table replaces what stood between the markers, and nothing else', () => {
  const page = 'before\n<!-- tour -->\nold\n<!-- /tour -->\nafter\n'
  const filled = fillReadme(page, [report])
  assert.match(filled, /^before\n<!-- tour -->\n\| id \| /)
  assert.ok(filled.includes('| t01 | a \\| b | $& 200 | as expected | – |\n<!-- /tour -->\nafter\n'), filled)
  assert.equal(fillReadme(filled, [report]), filled)
  assert.throws(() => fillReadme('nothing', [report]), /no `<!-- tour -->`/)
})
