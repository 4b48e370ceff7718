/** What is shown to a person holds no words that move the cursor or turn the line. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columns } from './show.ts'

test('a cell is text, whoever wrote it', () => {
  const shown = columns([
    ['host', 'rule'],
    ['a\u001b]0;title\u0007\u001b[2J\u202eb\u009bc\nd', 'r'],
  ])
  assert.doesNotMatch(shown.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u)
  assert.equal(shown.split('\n').length, 2)
})
