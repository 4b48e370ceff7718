/** Targets are found in every spelling a client would resolve, and versions, files and times are not taken for them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findTargets } from './targets.ts'

const found = (text: string): string[] => findTargets(text).map(({ kind, value }) => `${kind} ${value}`)

const POSITIVE: readonly (readonly [string, readonly string[]])[] = [
  ['validate the exploit against 192.0.2.10 in staging', ['ipv4 192.0.2.10']],
  ['198.51.100.77に対して検証してください', ['ipv4 198.51.100.77']],
  ['１９２．０．２．１０ を対象に', ['ipv4 192.0.2.10']],
  ['192.0\u200b.2.10', ['ipv4 192.0.2.10']],
  ['ping 192.0.2[.]10', ['ipv4 192.0.2.10']],
  ['0xC0.0x00.0x02.0x0A', ['ipv4 192.0.2.10']],
  ['0300.0.2.012', ['ipv4 192.0.2.10']],
  ['010.0.0.1', ['ipv4 8.0.0.1', 'ipv4 10.0.0.1']],
  ['scan 3221225994', ['ipv4 192.0.2.10']],
  ['host 0xC000020A', ['ipv4 192.0.2.10']],
  ['http://3221225994/x', ['url http://192.0.2.10/x']],
  ['scan 192.0.2.77/24 now', ['cidr 192.0.2.0/24']],
  ['192.0.2.10-13', ['cidr 192.0.2.10/31', 'cidr 192.0.2.12/31']],
  ['192.0.2.*', ['cidr 192.0.2.0/24']],
  ['2001:DB8:0:0::1', ['ipv6 2001:db8::1']],
  ['::ffff:192.0.2.10', ['ipv4 192.0.2.10']],
  ['2001:db8::1/32', ['cidr 2001:db8::/32']],
  ['host_192.0.2.10', ['ipv4 192.0.2.10']],
  ['attack v192.0.2.10', ['ipv4 192.0.2.10']],
  ['scan web-192.0.2.10', ['ipv4 192.0.2.10']],
  ['scan -192.0.2.10', ['ipv4 192.0.2.10']],
  ['192.0.2.10_old', ['ipv4 192.0.2.10']],
  ['see example.com.', ['domain example.com']],
  ['対象はexample.co.jpです', ['domain example.co.jp']],
  ['bank.example、app.bank.example', ['domain bank.example', 'domain app.bank.example']],
  ['attack target.io', ['domain target.io']],
  ['https://user:pw@evil.example:8443/a?b=1', ['url https://evil.example:8443/a?b=1']],
  ['http://bank.example@evil.example/', ['url http://evil.example/']],
  ['hxxps://evil[.]example/x', ['url https://evil.example/x']],
  ['https://bank.example:443/', ['url https://bank.example/']],
  ['git@github.com:Acme/App.git', ['repository github.com/acme/app']],
  ['https://github.com/acme/app/pull/3', ['repository github.com/acme/app']],
  ['ssh://git@gitlab.example/g/sub/app.git', ['repository gitlab.example/g/sub/app']],
  ['github.com/acme/app を確認', ['repository github.com/acme/app']],
  ['ssh root@db.bank.example', ['domain db.bank.example']],
  ['cve-2024-3094 と CVE‑2021‑44228', ['cve CVE-2024-3094', 'cve CVE-2021-44228']],
  [`image sha256:${'ab'.repeat(32)}`, [`hash sha256:${'ab'.repeat(32)}`]],
  [`md5 ${'0123456789abcdef'.repeat(2)}`, [`hash ${'0123456789abcdef'.repeat(2)}`]],
]

const NEGATIVE: readonly string[] = [
  'version 1.2.3.4 and v10.0.19041.1',
  'version v1.2.3.4, release 1.2.3.4, バージョン1.2.3.4, release-1.2.3.4',
  'Chrome/120.0.0.0 Safari/537.36',
  'edit main.rs, report.md, run.sh and lib.test.ts',
  '2026-11-22T10:11:12.345Z 12:34:56',
  'os.name user.id this.me req.to self.in',
  'It works.So we ship. done.It is',
  'write to alice@example.com',
  '/var/log/app.info and C:\\Temp\\a.com',
  'netmask 255.255.255.0',
  '1732270000 events, pid 3221225994',
  'std::vector Foo::bar 00:11:22:33:44:55',
  'archive.tar.gz e.g. i.e. etc.',
  '報告書.mdを読んで',
  'Use console.info(x) and path.join(a)',
  'UTF-8, TLS 1.3, 3.14, 10.5%',
]

test('every spelling becomes one canonical target', () => {
  for (const [text, expected] of POSITIVE) assert.deepEqual(found(text), expected, text)
})

test('versions, files, times, members and masks are no targets', () => {
  for (const text of NEGATIVE) assert.deepEqual(found(text), [], text)
})

test('lookalike names are flagged and become punycode', () => {
  const [target] = findTargets('https://bаnk.example/login')
  assert.equal(target?.homograph, true)
  assert.match(target?.value ?? '', /^https:\/\/xn--/)
  assert.equal(findTargets('日本語.jp を確認')[0]?.homograph, false)
  assert.equal(findTargets('日本語.jp を確認')[0]?.value, 'xn--wgv71a119e.jp')
})

test('spans point into the original text', () => {
  const text = '対象：１９２．０．２．１０ と example.com'
  for (const { raw, start, end } of findTargets(text)) assert.equal(text.slice(start, end), raw)
  assert.equal(findTargets(text)[0]?.raw, '１９２．０．２．１０')
})

test('beyond so many targets, one stands for those that were not read', () => {
  const found = findTargets(`${'192.0.2.1 '.repeat(2_100)} bank.example`)
  assert.deepEqual([found.length, found.at(-1)?.value], [2_001, 'unresolved:'])
  assert.ok(findTargets('192.0.2.1 '.repeat(2_000)).every(({ value }) => value === '192.0.2.1'))
})

test('a very long word hides no target at its ends', () => {
  const word = 'A'.repeat(9_000)
  for (const text of [`bank.example/${word}`, `${word},bank.example`, `192.0.2.1,${word},bank.example`])
    assert.ok(
      findTargets(text).some(({ value }) => value.includes('bank.example')),
      text.slice(0, 24),
    )
})

test('any text is read without an exception, with spans in order and inside', () => {
  const bits = fc.constantFrom(
    '192.0.2.',
    '::',
    'http://',
    '@',
    '.',
    '/',
    '0x',
    '[',
    '例え',
    'xn--',
    'a.b',
    '%',
    '\u202e',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(bits, fc.string({ unit: 'binary' })), { maxLength: 20 }), (parts) => {
      const text = parts.join('')
      for (const { start, end } of findTargets(text))
        assert.ok(start >= 0 && start <= end && end <= text.length)
    }),
    { numRuns: 500 },
  )
})
