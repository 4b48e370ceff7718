/** Signed notes, verifier keys and checkpoints: the spec's example, and every way to write one that is not canonical. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { signNote, testKey } from './fixture.ts'
import {
  EMPTY_ROOT,
  formatCheckpoint,
  formatNote,
  formatVerifierKey,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  toBase64,
  utf8,
  VerifyError,
  verifyCheckpoint,
  verifyNote,
} from './index.ts'

const SPEC_KEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
const SPEC_NOTE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`
const key = testKey()
const good = signNote(formatCheckpoint(key.key.name, 3, EMPTY_ROOT), key)
const code = (name: string) => ({ name: 'VerifyError', code: name })

test('the example of c2sp.org/signed-note verifies and is written back byte for byte', async () => {
  const parsed = parseVerifierKey(SPEC_KEY)
  assert.equal(formatVerifierKey(parsed.name, parsed.publicKey), SPEC_KEY)
  const { note } = await verifyNote(utf8(SPEC_NOTE), [parsed])
  assert.equal(note.text, 'This is an example message.\n')
  assert.equal(formatNote(note.text, note.signatures), SPEC_NOTE)
})

test('verifier keys that are not exactly so are refused', () => {
  const cases = {
    '': 'vkey_malformed',
    [SPEC_KEY.replace('+530d903a', '')]: 'vkey_malformed',
    [SPEC_KEY.replace('530d903a', '530D903A')]: 'vkey_malformed',
    [SPEC_KEY.replace('530d903a', '530d903b')]: 'vkey_key_id',
    [SPEC_KEY.replace('foo', 'bar')]: 'vkey_key_id',
    [SPEC_KEY.replace('+Aeky', '+Beky')]: 'vkey_algorithm',
    [`${SPEC_KEY.slice(0, -1)}l`]: 'vkey_key_id',
    [`${SPEC_KEY}AAAA`]: 'vkey_algorithm',
    [`${SPEC_KEY}=`]: 'base64_malformed',
    [` ${SPEC_KEY}`]: 'vkey_malformed',
  }
  for (const [text, expected] of Object.entries(cases))
    assert.throws(() => parseVerifierKey(text), code(expected), text)
})

test('notes that are not exactly so are refused', () => {
  const line = good.split('\n')[4] ?? ''
  const text = good.slice(0, good.indexOf('\n\n') + 1)
  const cases: [string, string][] = [
    ['', 'note_no_signatures'],
    ['text\n', 'note_no_signatures'],
    [`${text}\n`, 'note_no_signatures'],
    [good.slice(0, -1), 'note_no_signatures'],
    [`${good}\n`, 'note_no_signatures'],
    [good.replace('\n\n', '\n'), 'note_no_signatures'],
    [good.replace('— ', '- '), 'note_signature_line'],
    [good.replace('— ', '—  '), 'note_signature_line'],
    [`${text}\n${line} \n`, 'note_signature_line'],
    [`${text}\n— ${key.key.name} AAAA\n`, 'note_signature_line'],
    [`${text}\n${line}=\n`, 'base64_malformed'],
    [good.replace('3\n', '3\r\n'), 'note_control_character'],
    [good.replace('3\n', '\t3\n'), 'note_control_character'],
    [`${text}\n${`${line}\n`.repeat(65)}`, 'note_signature_count'],
    ['x'.repeat(300_000), 'note_too_large'],
  ]
  for (const [note, expected] of cases)
    assert.throws(() => parseNote(utf8(note)), code(expected), JSON.stringify(note.slice(0, 200)))
  assert.throws(() => parseNote(Uint8Array.of(0xff, 0x0a)), code('utf8_malformed'))
})

test('unknown signatures are ignored, a bad one by a known key spoils the note', async () => {
  const other = testKey('other.example', 9)
  const text = formatCheckpoint(key.key.name, 3, EMPTY_ROOT)
  const both = good + signNote(text, other).slice(text.length + 1)
  assert.deepEqual((await verifyNote(utf8(both), [key.key])).signedBy, [key.key])
  assert.equal((await verifyNote(utf8(both), [key.key, other.key])).signedBy.length, 2)
  await assert.rejects(verifyNote(utf8(good), [other.key]), code('note_key_absent'))
  const changed = good.replace('\n3\n', '\n4\n')
  await assert.rejects(verifyNote(utf8(changed), [key.key]), code('note_signature_invalid'))
  await assert.rejects(
    verifyNote(utf8(both.replace('\n3\n', '\n4\n')), [other.key]),
    code('note_signature_invalid'),
  )
})

test('checkpoints: size and root in one spelling, origin that of the key', async () => {
  const root = toBase64(EMPTY_ROOT)
  const sign = (text: string) => utf8(signNote(text, key))
  const cases: [string, string][] = [
    [`${key.key.name}\n3\n`, 'checkpoint_malformed'],
    [`\n3\n${root}\n`, 'checkpoint_malformed'],
    [`${key.key.name}\n03\n${root}\n`, 'checkpoint_size'],
    [`${key.key.name}\n+3\n${root}\n`, 'checkpoint_size'],
    [`${key.key.name}\n-3\n${root}\n`, 'checkpoint_size'],
    [`${key.key.name}\n3.0\n${root}\n`, 'checkpoint_size'],
    [`${key.key.name}\n1e3\n${root}\n`, 'checkpoint_size'],
    [`${key.key.name}\n9007199254740993\n${root}\n`, 'checkpoint_size'],
    [`${key.key.name}\n3\n${root.slice(0, -4)}\n`, 'checkpoint_root'],
    [`${key.key.name}\n3\n${root} \n`, 'checkpoint_root'],
    [`${key.key.name}\n3\n${root}=\n`, 'checkpoint_root'],
    [`other.example\n3\n${root}\n`, 'checkpoint_origin'],
    [`${key.key.name}\n3\n${root}\n\nmore\n`, 'checkpoint_malformed'],
  ]
  for (const [text, expected] of cases)
    await assert.rejects(verifyCheckpoint(sign(text), key.key), code(expected), text)
  const checkpoint = await verifyCheckpoint(utf8(good), key.key)
  assert.deepEqual([checkpoint.size, checkpoint.extensions], [3, []])
  assert.equal(
    formatCheckpoint(checkpoint.origin, checkpoint.size, checkpoint.root),
    good.slice(0, good.indexOf('\n\n') + 1),
  )
  assert.deepEqual(
    (await verifyCheckpoint(sign(`${key.key.name}\n0\n${root}\nextra\n`), key.key)).extensions,
    ['extra'],
  )
})

test('no bytes make the parsers crash, and what they accept they write back', () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(fc.nat({ max: good.length }), fc.uint8Array({ maxLength: 4 })).map(([at, patch]) => {
      const bytes = utf8(good)
      bytes.set(patch.subarray(0, bytes.length - at), at)
      return bytes
    }),
  )
  fc.assert(
    fc.property(noise, (bytes) => {
      try {
        const note = parseNote(bytes)
        assert.deepEqual(utf8(formatNote(note.text, note.signatures)), bytes)
        parseCheckpoint(bytes)
      } catch (error) {
        if (!(error instanceof VerifyError)) throw error
      }
    }),
  )
})
