/** Tests of scope: what is inside, what only looks it, and what cannot be told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Target, TargetKind } from '../boundary/index.ts'
import type { Engagement } from '../programme/index.ts'
import { contains, type Network, parseAddress, parseNetwork } from './address.ts'
import { type Asset, parseAsset, resolveScope } from './scope.ts'

function engagementWith(...assets: [Asset['kind'], string, Asset['criticality']?][]): Engagement {
  return {
    id: 'e',
    institution: 'i',
    author: 'a',
    purpose: 'p',
    state: 'active',
    assets: assets.map(([kind, value, criticality = 'ordinary'], i) => ({
      id: `a${i}`,
      kind,
      value,
      criticality,
    })),
    capabilities: [],
    members: [],
    autonomy: 'A1',
    fromMs: 0,
    untilMs: 1,
    approvedBy: [],
    draft: '',
  }
}

const target = (kind: TargetKind, value: string): Target => ({ kind, value, raw: value, segment: 0 })

function verdict(engagement: Engagement, kind: TargetKind, value: string): string {
  return resolveScope(engagement, [target(kind, value)]).targets
}

const IN = 'all_in_scope'
const OUT = 'out_of_scope'
const UNREAD = 'unresolved'

const owned = engagementWith(
  ['cidr', '192.0.2.0/24'],
  ['ipv4', '198.51.100.7'],
  ['cidr', '2001:db8:10::/48'],
  ['domain', 'portal.bank.example'],
  ['domain', '*.test.bank.example'],
  ['url', 'https://www.bank.example/app'],
  ['url', 'https://api.bank.example:8443/'],
  ['repository', 'git.bank.example/payments'],
  ['repository', 'github.com/bank/core'],
  ['application', 'internet banking'],
)

const CASES: readonly [TargetKind, string, string][] = [
  ['ipv4', '192.0.2.1', IN],
  ['ipv4', '192.0.3.1', OUT],
  ['ipv4', '198.51.100.7', IN],
  ['ipv4', '198.51.100.70', OUT],
  ['ipv6', '::ffff:192.0.2.9', IN],
  ['ipv6', '::ffff:c000:209', IN],
  ['ipv6', '::ffff:192.0.3.9', OUT],
  ['ipv6', '2001:db8:10:ffff::1', IN],
  ['ipv6', '2001:DB8:0010::1', IN],
  ['ipv6', '2001:db8:11::1', OUT],
  ['ipv6', 'fe80::1%eth0', UNREAD],
  ['cidr', '192.0.2.128/25', IN],
  ['cidr', '192.0.2.9/24', IN],
  ['cidr', '192.0.0.0/16', OUT],
  ['cidr', '::ffff:192.0.2.0/120', IN],
  ['cidr', '::ffff:192.0.2.0/119', OUT],
  ['cidr', '0.0.0.0/0', OUT],
  ['cidr', '192.0.2.0/33', UNREAD],
  ['ipv4', '0300.0.2.1', UNREAD],
  ['ipv4', '192.0.2.01', UNREAD],
  ['ipv4', '192.0.2', UNREAD],
  ['ipv4', '3221225985', UNREAD],
  ['domain', 'portal.bank.example', IN],
  ['domain', 'PORTAL.Bank.Example.', IN],
  ['domain', 'portal。bank。example', IN],
  ['domain', 'portal.bank.example.attacker.example', OUT],
  ['domain', 'xportal.bank.example', OUT],
  ['domain', 'www.portal.bank.example', OUT],
  ['domain', 'bank.example', OUT],
  ['domain', 'a.test.bank.example', IN],
  ['domain', 'a.b.test.bank.example', IN],
  ['domain', 'test.bank.example', OUT],
  ['domain', 'eviltest.bank.example', OUT],
  ['domain', '*.test.bank.example', IN],
  ['domain', '*.bank.example', OUT],
  ['domain', '192.0.2.4', IN],
  ['domain', '0x7f.1', UNREAD],
  ['domain', 'a..bank.example', UNREAD],
  ['domain', 'pörtal.bank.example', OUT],
  ['url', 'https://portal.bank.example/anything?x=1', IN],
  ['url', 'http://portal.bank.example:8080/', IN],
  ['url', 'https://192.0.2.7/', IN],
  ['url', 'https://[::ffff:192.0.2.7]:444/', IN],
  ['url', 'https://www.bank.example/app', IN],
  ['url', 'https://www.bank.example/app/login', IN],
  ['url', 'https://www.bank.example:443/app/', IN],
  ['url', 'https://www.bank.example/application', OUT],
  ['url', 'https://www.bank.example/app/../admin', OUT],
  ['url', 'https://www.bank.example/app/%2e%2e/admin', UNREAD],
  ['url', 'https://www.bank.example/../../etc', UNREAD],
  ['url', 'http://www.bank.example/app', OUT],
  ['url', 'https://www.bank.example/', OUT],
  ['url', 'https://api.bank.example:8443/v1', IN],
  ['url', 'https://api.bank.example/v1', OUT],
  ['url', 'https://portal.bank.example@attacker.example/', UNREAD],
  ['url', 'https://attacker.example\\@portal.bank.example/', UNREAD],
  ['url', 'https://attacker.example/?h=portal.bank.example', OUT],
  ['url', 'https://attacker.example#portal.bank.example', OUT],
  ['url', 'https://0300.0.2.1/', UNREAD],
  ['url', 'https://portal.bank.example:99999/', UNREAD],
  ['url', 'portal.bank.example/app', UNREAD],
  ['repository', 'git.bank.example/payments/api', IN],
  ['repository', 'https://git.bank.example/payments/api.git', IN],
  ['repository', 'git@git.bank.example:payments/api.git', IN],
  ['repository', 'git.bank.example/payments-fork/api', OUT],
  ['repository', 'GitHub.com/Bank/Core', IN],
  ['repository', 'github.com/bank/core-internal', OUT],
  ['repository', 'attacker.example/git.bank.example/payments', OUT],
  ['repository', '../payments', UNREAD],
  ['url', 'https://github.com/bank/core/issues/1', IN],
  ['url', 'https://github.com/bank/other', OUT],
  ['cve', 'CVE-2026-0001', 'none'],
  ['hash', 'a'.repeat(64), 'none'],
]

test('every spelling is in scope, out of it, or unresolved', () => {
  for (const [kind, value, expected] of CASES)
    assert.equal(verdict(owned, kind, value), expected, `${kind} ${value}`)
})

test('one target outside makes it out of scope and is named; what cannot be read comes second', () => {
  const targets = [target('ipv4', '192.0.2.1'), target('ipv4', 'x'), target('domain', 'other.example')]
  const resolved = resolveScope(owned, targets)
  assert.equal(resolved.targets, OUT)
  assert.deepEqual([resolved.outOfScope, resolved.unresolved], [[targets[2]], [targets[1]]])
  assert.equal(resolveScope(owned, targets.slice(0, 2)).targets, UNREAD)
  assert.equal(resolveScope(owned, []).targets, 'none')
  assert.equal(resolveScope(null, targets.slice(0, 1)).targets, OUT)
})

test('the highest criticality among matched assets counts', () => {
  const engagement = engagementWith(
    ['cidr', '192.0.2.0/24'],
    ['ipv4', '192.0.2.5', 'designated'],
    ['ipv4', '192.0.2.6', 'critical'],
  )
  const criticality = (...values: string[]) =>
    resolveScope(
      engagement,
      values.map((value) => target('ipv4', value)),
    ).criticality
  assert.equal(criticality('192.0.2.1'), 'ordinary')
  assert.equal(criticality('192.0.2.5', '192.0.2.6'), 'designated')
  assert.equal(criticality('203.0.113.1'), 'not_applicable')
})

test('what is too wide or unclear is no asset', () => {
  const bad: [Asset['kind'], string][] = [
    ['cidr', '0.0.0.0/0'],
    ['cidr', '10.0.0.0/7'],
    ['cidr', '192.0.2.1/24'],
    ['cidr', '2000::/3'],
    ['domain', '*.example'],
    ['domain', '*'],
    ['domain', 'a b.example'],
    ['url', 'https://u@h.example/'],
    ['ipv4', '1.2.3'],
    ['repository', 'name'],
  ]
  for (const [kind, value] of bad) assert.equal(parseAsset({ kind, value }), null, `${kind} ${value}`)
  assert.notEqual(parseAsset({ kind: 'cidr', value: '10.0.0.0/8' }), null)
})

const octets = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 })

test('containment is what counting addresses says', () => {
  fc.assert(
    fc.property(octets, fc.integer({ min: 8, max: 32 }), octets, (base, prefix, address) => {
      const value = (parts: number[]): number => parts.reduce((sum, part) => sum * 256 + part, 0)
      const size = 2 ** (32 - prefix)
      const start = Math.floor(value(base) / size) * size
      const inside = value(address) >= start && value(address) < start + size
      const { network } = parseNetwork(`${base.join('.')}/${prefix}`)!
      assert.equal(contains(network, parseAddress(address.join('.'))!), inside)
      assert.equal(contains(network, parseAddress(`::ffff:${address.join('.')}`)!), inside)
    }),
  )
})

test('every spelling of an IPv6 address is the same address', () => {
  const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 8,
    maxLength: 8,
  })
  fc.assert(
    fc.property(groups, fc.integer({ min: 0, max: 7 }), fc.boolean(), (parts, at, upper) => {
      const full = parts.map((part) => part.toString(16).padStart(4, '0')).join(':')
      const short = parts.map((part) => part.toString(16)).join(':')
      const spellings = [full, upper ? short.toUpperCase() : short]
      let end = at
      while (end < 8 && parts[end] === 0) end++
      const hex = parts.map((part) => part.toString(16))
      if (end > at) spellings.push(`${hex.slice(0, at).join(':')}::${hex.slice(end).join(':')}`)
      const read = spellings.map(parseAddress) as (Network | null)[]
      for (const one of read) assert.deepEqual(one, read[0])
      assert.notEqual(read[0], null)
    }),
  )
})

test('text around an owned name never brings another name into scope', () => {
  const label = fc.stringMatching(/^[a-z0-9]{1,8}$/)
  fc.assert(
    fc.property(
      label,
      fc.constantFrom('', '.', '-'),
      label,
      fc.constantFrom('', '.', '-'),
      (before, join1, after, join2) => {
        const name = `${before}${join1}portal.bank.example${join2}${join2 === '' ? '' : after}`
        const expected = name === 'portal.bank.example' ? IN : OUT
        const got = verdict(owned, 'domain', name)
        assert.ok(got === expected || got === UNREAD, name)
      },
    ),
  )
})

test('any text at all is resolved without an exception, and garbage is never in scope', () => {
  const kinds = fc.constantFrom<TargetKind>('ipv4', 'ipv6', 'cidr', 'domain', 'url', 'repository')
  fc.assert(
    fc.property(kinds, fc.string({ unit: 'binary' }), (kind, value) => {
      assert.notEqual(verdict(owned, kind, value), IN)
    }),
    { numRuns: 500 },
  )
})
