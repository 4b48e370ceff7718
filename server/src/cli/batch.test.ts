/** A line in, a line out; a bad line is typed and stops nothing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerLine } from './batch.ts'

test('every defect of a line has its own code', () => {
  for (const [line, code] of [
    ['{', 'line_not_json'],
    ['[]', 'line_not_an_object'],
    ['{"id":1}', 'line_text_missing'],
    [JSON.stringify({ id: 1, text: 'x'.repeat(16_777_217) }), 'line_text_too_long'],
  ] as const)
    assert.equal((answerLine(line, 1, () => ({})).error as { code: string }).code, code)
  assert.deepEqual(
    answerLine('{"id":1,"text":"a"}', 1, (text) => ({ text })),
    { id: 1, text: 'a' },
  )
})
