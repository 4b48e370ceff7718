/** Tests that the table before the expression hides nothing: the finder finds what the expression alone finds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SECRET_FORMATS } from './secret-formats.ts'
import { escapeRegExp, TriggerFinder } from './triggers.ts'

const TRIGGERS = [...SECRET_FORMATS.map((each) => each.trigger), 'カナリア-1234', '😀😀😀😀']

function byExpression(text: string): [number, string][] {
  const longestFirst = [...new Set(TRIGGERS)].sort((a, b) => b.length - a.length)
  const expression = new RegExp(longestFirst.map(escapeRegExp).join('|'), 'g')
  const found: [number, string][] = []
  for (let hit = expression.exec(text); hit !== null; hit = expression.exec(text)) {
    found.push([hit.index, hit[0]])
    expression.lastIndex = hit.index + 1
  }
  return found
}

test('the same triggers at the same places as the expression', () => {
  const finder = new TriggerFinder(TRIGGERS)
  const piece = fc.oneof(
    fc.constantFrom(...TRIGGERS),
    fc.constantFrom(...TRIGGERS).map((each) => each.slice(0, -1)),
    fc.string({ maxLength: 6 }),
    fc.string({ unit: 'grapheme', maxLength: 3 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('')
      const found: [number, string][] = []
      for (let hit = finder.next(text, 0); hit !== null; hit = finder.next(text, hit.at + 1))
        found.push([hit.at, hit.text])
      assert.deepEqual(found, byExpression(text))
    }),
  )
})
