/** The ring: wrapped before use, dropped when over, opened by the institution or by k of n, and every tampering typed. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import fc from 'fast-check'
import { formatWrappedKey, parseWrappedKey, VerifyError, type WrappedKey } from 'sekisho-verify'
import { CustodyError } from './error.ts'
import { rawPublicOf } from './hpke.ts'
import { makeCustodyKey, readCustodyKey } from './key-file.ts'
import { GRACE_MS, openCustodyRing } from './ring.ts'
import { combine, openAsInstitution, openShares, type Recipients, wrap } from './wrap.ts'

const NOVEMBER = Date.UTC(2026, 10, 22)
const DECEMBER = Date.UTC(2026, 11, 1)
const pair = (): KeyObject => generateKeyPairSync('x25519').privateKey
const bank = pair()
const seats = new Map(['us', 'jp', 'provider'].map((id) => [id, pair()]))
const recipients: Recipients = {
  institution: rawPublicOf(bank),
  custodians: {
    threshold: 2,
    seats: [...seats].map(([id, key]) => ({ id, public: rawPublicOf(key) })),
  },
}
let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sekisho-custody-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const of = (id: string): KeyObject => seats.get(id)! // the test names seats of the map
const coded = (code: string) => (error: unknown) =>
  (error instanceof CustodyError || error instanceof VerifyError) && error.code === code

test('a key is wrapped before it is used, and the file holds no clear key once its month and grace are over', () => {
  const ring = openCustodyRing(dir)
  ring.follow(() => recipients, NOVEMBER)
  const key = ring.sealing('institution/bank', NOVEMBER)
  assert.deepEqual(openAsInstitution(parse(key.id), bank), key.key)
  assert.equal(statSync(join(dir, 'escrow.jsonl')).mode & 0o777, 0o600)
  assert.deepEqual(ring.maintain(DECEMBER + GRACE_MS - 1), { wrapped: 0, dropped: 0 })
  assert.ok(ring.find(key.id))
  assert.deepEqual(ring.maintain(DECEMBER + GRACE_MS), { wrapped: 0, dropped: 1 })
  assert.equal(ring.find(key.id), null)
  assert.ok(!readFileSync(join(dir, 'escrow.jsonl'), 'utf8').includes(key.key.toString('base64')))
  const again = openCustodyRing(dir)
  assert.equal(again.find(key.id), null)
  again.follow(() => recipients, DECEMBER)
  const next = again.sealing('institution/bank', DECEMBER)
  assert.deepEqual([next.id, next.epoch], [key.id + 1, 202_612])
  assert.deepEqual(
    again.list().map(({ id, held }) => [id, held]),
    [
      [1, false],
      [2, true],
    ],
  )
})

test('nothing is dropped that institution and custodians could not open', () => {
  const over = DECEMBER + GRACE_MS
  for (const partial of [
    { institution: null, custodians: null },
    { ...recipients, custodians: null },
    { ...recipients, institution: null },
  ]) {
    const ring = openCustodyRing(dir)
    ring.follow(() => partial, NOVEMBER)
    const { id } = ring.sealing('institution/bank', NOVEMBER)
    assert.equal(ring.maintain(over).dropped, 0)
    assert.ok(ring.find(id))
  }
  const ring = openCustodyRing(dir)
  const { id } = ring.sealing('institution/bank', NOVEMBER)
  // Recipients come later: the key is wrapped then, and dropped only after that.
  ring.follow(() => recipients, NOVEMBER)
  assert.ok(ring.wrapped(id))
  writeFileSync(join(dir, 'wrapped', `${id}.json`), 'damaged')
  assert.deepEqual(openCustodyRing(dir).maintain(over), { wrapped: 0, dropped: 0 })
  const mended = openCustodyRing(dir)
  mended.follow(() => recipients, NOVEMBER)
  assert.ok(mended.wrapped(id), 'while the key is here a damaged wrapped form is written anew')
})

test('a new recipient gets the keys that are still here, wrapped anew', () => {
  const ring = openCustodyRing(dir)
  ring.follow(() => recipients, NOVEMBER)
  const key = ring.sealing('institution/bank', NOVEMBER)
  const other = pair()
  ring.follow(() => ({ ...recipients, institution: rawPublicOf(other) }), NOVEMBER)
  assert.deepEqual(openAsInstitution(parse(key.id), other), key.key)
  assert.throws(() => openAsInstitution(parse(key.id), bank), coded('custody_not_for_holder'))
})

function parse(id: number): WrappedKey {
  return parseWrappedKey(readFileSync(join(dir, 'wrapped', `${id}.json`)), 'wrapped')
}

const epochKey = { id: 3, owner: 'institution/bank', epoch: 202_611, key: Buffer.alloc(32, 0xa5) }

test('any two of three custodians open a key, one alone does not', () => {
  const wrapped = wrap(epochKey, recipients)
  for (const [a, b] of [
    ['us', 'jp'],
    ['jp', 'provider'],
    ['provider', 'us'],
  ] as const) {
    assert.deepEqual(combine(wrapped, [openShares(wrapped, of(a)), openShares(wrapped, of(b))]), epochKey.key)
  }
  const alone = openShares(wrapped, of('us'))
  assert.throws(() => combine(wrapped, [alone]), coded('custody_shares_missing'))
  assert.throws(() => combine(wrapped, [alone, alone]), coded('custody_shares_missing'))
  assert.throws(
    () => combine(wrapped, [alone, { ...openShares(wrapped, of('jp')), number: 4 }]),
    coded('custody_shares_missing'),
  )
  assert.throws(
    () => combine(wrapped, [alone, { number: 3, seat: 'jp', shares: { 'us+jp': Buffer.alloc(3) } }]),
    coded('custody_share_malformed'),
  )
  assert.throws(
    () => combine(wrapped, [alone, { number: 3, seat: 'jp', shares: { 'us+jp': Buffer.alloc(32) } }]),
    coded('custody_key_mismatch'),
  )
  assert.throws(() => openShares(wrapped, bank), coded('custody_not_for_holder'))
  // One seat's shares are noise: they differ between groups and from the key.
  const shares = Object.values(alone.shares).map((share) => share.toString('hex'))
  assert.equal(new Set([...shares, epochKey.key.toString('hex')]).size, 3)
})

test('k of n holds for every k and n that an agreement may name', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.nat(), (n, k, choice) => {
      fc.pre(k <= n)
      const keys = Array.from({ length: n }, pair)
      const custodians = {
        threshold: k,
        seats: keys.map((key, i) => ({ id: `s${i}`, public: rawPublicOf(key) })),
      }
      const wrapped = wrap(epochKey, { institution: null, custodians })
      assert.deepEqual(parseWrappedKey(Buffer.from(formatWrappedKey(wrapped)), 'x').custodians?.threshold, k)
      const start = choice % n
      const acting = Array.from({ length: k }, (_, i) => openShares(wrapped, keys[(start + i) % n]!)) // n keys
      assert.deepEqual(combine(wrapped, acting), epochKey.key)
      assert.throws(() => combine(wrapped, acting.slice(1)), coded('custody_shares_missing'))
    }),
    { numRuns: 25 },
  )
})

test('every changed member of a wrapped key is found when it is opened, with its code', () => {
  const wrapped = wrap(epochKey, recipients)
  const refused = (changed: WrappedKey, code: string): void => {
    assert.throws(() => openAsInstitution(changed, bank), coded(code))
    assert.throws(() => openShares(changed, of('jp')), coded(code))
  }
  refused({ ...wrapped, number: 4 }, 'custody_envelope_invalid')
  refused({ ...wrapped, owner: 'institution/other' }, 'custody_envelope_invalid')
  refused({ ...wrapped, epoch: 202_612 }, 'custody_envelope_invalid')
  refused({ ...wrapped, check: Buffer.alloc(32) }, 'custody_envelope_invalid')
  const [envelope] = wrapped.institution
  const moved = { ...wrapped, institution: [{ ...envelope!, sealed: Buffer.alloc(48) }] } // wrapped to one institution
  assert.throws(() => openAsInstitution(moved, bank), coded('custody_envelope_invalid'))
  const groups = wrapped.custodians!.groups.map((group) => ({
    ...group,
    shares: [...group.shares].reverse(),
  })) // wrapped to custodians
  const swapped = { ...wrapped, custodians: { ...wrapped.custodians!, groups } }
  assert.throws(() => openShares(swapped, of('jp')), coded('custody_envelope_invalid'))
})

test('keys that somebody opened are readable while they are lent, and no others are taken', () => {
  const ring = openCustodyRing(dir)
  ring.follow(() => recipients, NOVEMBER)
  const { id } = ring.sealing('institution/bank', NOVEMBER)
  ring.maintain(DECEMBER + GRACE_MS)
  const key = openAsInstitution(parse(id), bank)
  const takeBack = ring.lend([{ number: id, key }])
  assert.deepEqual(ring.find(id)?.key, key)
  takeBack()
  assert.equal(ring.find(id), null)
  assert.throws(() => ring.lend([{ number: id, key: Buffer.alloc(32) }]), coded('custody_key_mismatch'))
  assert.throws(() => ring.lend([{ number: 9, key }]), coded('custody_key_unknown'))
  const file = join(dir, 'wrapped', `${id}.json`)
  writeFileSync(file, readFileSync(file, 'utf8').replace('"number":1', '"number":2'))
  assert.throws(() => ring.wrapped(id), coded('custody_key_mismatch'))
})

test('a damaged ring file is refused, a torn last line is none', () => {
  const ring = openCustodyRing(dir)
  ring.sealing('institution/bank', NOVEMBER)
  const file = join(dir, 'escrow.jsonl')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, `${text}{"id":2`)
  assert.equal(openCustodyRing(dir).list().length, 1)
  writeFileSync(file, `${text}{"id":2}\n`)
  assert.throws(() => openCustodyRing(dir), coded('custody_ring_malformed'))
  writeFileSync(file, `${text}nothing\n`)
  assert.throws(() => openCustodyRing(dir), coded('custody_ring_malformed'))
  assert.ok(!readdirSync(dir).some((name) => name.endsWith('.tmp')))
})

test('custody key files: mode 0600, never overwritten, strictly read', () => {
  const file = join(dir, 'bank.json')
  const made = makeCustodyKey(file, { kind: 'institution', id: 'bank' })
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.throws(() => makeCustodyKey(file, { kind: 'institution', id: 'bank' }), { code: 'EEXIST' })
  assert.deepEqual([readCustodyKey(file).public, readCustodyKey(file).owner], [made.public, made.owner])
  const text = readFileSync(file, 'utf8')
  for (const [from, to] of [
    ['custody-key', 'other-key'],
    ['"kind":"institution"', '"kind":"party"'],
    [/"public":"[^"]*"/, `"public":"${Buffer.alloc(32).toString('base64')}"`],
    [/"private":"[^"]*"/, '"private":"AAAA"'],
    ['{', '['],
  ] as const) {
    writeFileSync(file, text.replace(from, to))
    assert.throws(() => readCustodyKey(file), coded('custody_key_file_malformed'))
  }
})
