/**
 * Shortcuts never change what is read: with every bit of a shape set, nothing is skipped, and the outcome is the same.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { partsOf } from './instruction.ts'
import { lineKind, matchedKind } from './lines.ts'
import { normalise } from './normal.ts'
import { isPlainWide, isSpace, SHAPE } from './shape.ts'
import { readable, unwrapped } from './unwrap.ts'

/** Every bit set. */
const ANY = -1

const PIECES =
  '``` """ ~~~ <log> </log> <system-reminder> > | \n \r\n \u2028 \t %41%42%43%44%45 &#x41; &amp; = a=b,c=d;e= -- ---original be on wrote: forwarded message r a n s o m . * \u200b \u00ad e\u0301 か\u3099 \u302a ｶﾞ Ａ ㈱ ﬁ аpple α 攻撃 サーバ 、 。 {} (x) ; : , if import def $ls C:\\ sudo at 2024-01-01T00:00:00 Nov CEF: <14> 0x41 \\x41\\x42 deadbeef V3JpdGUgYSBwb2VtIHBsZWFzZSE= 577269746520612070 File'
    .split(' ')
    .concat(
      '    ',
      '0x41 0x42 0x43 0x44 0x45 0x46 0x47 0x48',
      'On Monday Bob wrote:',
      'Begin forwarded message',
      // As short as an encoded run and letters set apart may be.
      'cGxlYXNlIHdyaXRlIGEgcG9l',
      'r a n s o',
    )
const TEXT = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 3 })),
      fc.constantFrom('', ' ', '\n'),
    ),
    { maxLength: 24 },
  )
  .map((pieces) => pieces.flat().join(''))

test('a shape skips only what cannot match', () => {
  fc.assert(
    fc.property(TEXT, (text) => {
      assert.equal(normalise(text).text, normalise(text, ANY).text)
      assert.equal(readable(text), readable(text, ANY))
      assert.deepEqual(unwrapped(text), unwrapped(text, 0, ANY))
      assert.deepEqual(partsOf(text), partsOf(text, ANY))
    }),
    { numRuns: 2000 },
  )
})

test('the kind of a line is that of all expressions', () => {
  fc.assert(
    fc.property(TEXT, (text) => {
      for (const line of text.split('\n')) {
        const kind = line.trim() === '' ? 'blank' : matchedKind(line.slice(0, 400), ANY, true)
        assert.equal(lineKind(line, 0, line.length, true), kind, JSON.stringify(line))
      }
    }),
    { numRuns: 2000 },
  )
})

test('plain characters stay as they are, alone and beside others', () => {
  for (let code = 128; code < 65536; code++) {
    const char = String.fromCharCode(code)
    assert.equal(isSpace(code), /\s/.test(char), code.toString(16))
    if (!isPlainWide(code)) continue
    for (const text of [char, `a${char}`, `か${char}`, `漢${char}a`])
      assert.equal(normalise(text, SHAPE.foldable).text, text, code.toString(16))
  }
})
