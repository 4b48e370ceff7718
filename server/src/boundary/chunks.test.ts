/** The hand-written scanner finds what its two expressions find. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eachChunk, mayHoldTarget } from './chunks.ts'
import { CANDIDATE } from './targets.ts'

const CHUNK = /(?:[^\s"'<>`「」『』()【】、,。!?;|]|[(,;?!)|](?=[\w/.])|(?<=\w)。(?=\w))+/g
const TELLING = /[.。:@][\w[\]/\\(*\u0080-\uffff]|CVE|[0-9a-f]{8}/i

type Chunk = readonly [start: number, text: string]

function byExpression(text: string): Chunk[] {
  return [...text.matchAll(CHUNK)].filter(([run]) => TELLING.test(run)).map((hit) => [hit.index, hit[0]])
}

function byHand(text: string): Chunk[] {
  const chunks: Chunk[] = []
  eachChunk(text, (start, end) => {
    chunks.push([start, text.slice(start, end)])
    return true
  })
  return chunks
}

test('every character, after and before every kind of neighbour', () => {
  for (let code = 0; code < 65536; code++) {
    const char = String.fromCharCode(code)
    const text = `a${char}b ${char}.${char} .${char} ${char}(x ,${char} a。${char}。a @${char}`
    assert.deepEqual(byHand(text), byExpression(text), code.toString(16))
  }
})

test('runs of marks, letters and digits', () => {
  const piece = fc.constantFrom(
    ...'.。:@(),;?!|/\\[]*-"\'` 「」、cveCVE0123abf\n\u3000',
    'CVE-',
    'deadbeef',
    'example',
    '漢',
    'ー',
  )
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 2 })), { maxLength: 40 }),
      (pieces) => {
        const text = pieces.join('')
        assert.deepEqual(byHand(text), byExpression(text))
      },
    ),
    { numRuns: 3000 },
  )
})

test('it stops when told to', () => {
  let taken = 0
  eachChunk('a.b c.d e.f', () => ++taken < 2)
  assert.equal(taken, 2)
})

test('what is passed over holds no candidate', () => {
  const piece = fc.constantFrom(
    ...'.。:@/\\[]*-%_TZx0129afg,',
    '://',
    '::',
    '04:12:09',
    'fe80:',
    'cve-2021-44228',
    'deadbeef',
    '0x7f000001',
    'sha1:',
    '192.0.2.1',
    'host',
    '漢字',
    'ſ',
    'K',
  )
  const counts = { passed: 0, held: 0 }
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      eachChunk(pieces.join(''), (start, end) => {
        const text = pieces.join('')
        if (mayHoldTarget(text, start, end)) counts.held++
        else {
          counts.passed++
          CANDIDATE.lastIndex = 0
          assert.equal(CANDIDATE.exec(text.slice(start, end)), null, text)
        }
        return true
      })
    }),
    { numRuns: 20_000 },
  )
  assert.ok(counts.passed > 100 && counts.held > 100)
})
