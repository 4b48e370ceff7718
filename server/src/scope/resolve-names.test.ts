/** Names, addresses and redirects as attackers write them: in scope only when every address behind them is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Target } from '../boundary/index.ts'
import { confirmName, followRedirect, type NameResolver, resolveNames } from './index.ts'

const asset = (kind: 'domain' | 'cidr', value: string) =>
  ({ id: value, kind, value, criticality: 'ordinary' }) as const
const SCOPE = {
  assets: [
    asset('domain', 'portal.bank.example'),
    asset('domain', '*.lab.bank.example'),
    asset('cidr', '192.0.2.0/24'),
    asset('cidr', '2001:db8::/48'),
  ],
  terms: { exclusions: [{ kind: 'ipv4', value: '192.0.2.66' }] },
} as const
const target = (kind: Target['kind'], value: string): Target => ({ kind, value, raw: value, segment: 0 })
const names = (table: Readonly<Record<string, readonly string[]>>): NameResolver => ({
  addresses: async (name) => table[name] ?? [],
})
const PORTAL = target('domain', 'portal.bank.example')

test('a name is in scope only with every address behind it', async () => {
  for (const [addresses, state] of [
    [['192.0.2.7'], 'all_in_scope'],
    [['192.0.2.7', '2001:db8::7'], 'all_in_scope'],
    [['::ffff:192.0.2.7'], 'all_in_scope'],
    [['192.0.2.7', '203.0.113.9'], 'out_of_scope'],
    [['::ffff:203.0.113.9'], 'out_of_scope'],
    [['127.0.0.1'], 'out_of_scope'],
    [['169.254.169.254'], 'out_of_scope'],
    [['192.0.2.66'], 'out_of_scope'],
    [[], 'unresolved'],
    [['0300.0.2.7'], 'unresolved'],
    [['3221225991'], 'unresolved'],
    [['0xc0000207'], 'unresolved'],
    [['fe80::1%eth0'], 'unresolved'],
    [Array.from({ length: 33 }, (_, i) => `192.0.2.${i}`), 'unresolved'],
  ] as const) {
    const { targets, pins } = await resolveNames(SCOPE, [PORTAL], names({ 'portal.bank.example': addresses }))
    assert.equal(targets, state, JSON.stringify(addresses))
    assert.equal(pins.size, state === 'all_in_scope' ? 1 : 0)
  }
})

test('a resolver that fails resolves nothing; without one, names are compared by structure', async () => {
  const failing: NameResolver = { addresses: () => Promise.reject(new Error('SERVFAIL')) }
  assert.equal((await resolveNames(SCOPE, [PORTAL], failing)).targets, 'unresolved')
  assert.equal((await resolveNames(SCOPE, [PORTAL], null)).targets, 'all_in_scope')
  assert.equal((await resolveNames(null, [PORTAL], names({}))).targets, 'out_of_scope')
})

test('rebinding: what was in scope when decided is asked again when done', async () => {
  let asked = 0
  const rebinding: NameResolver = { addresses: async () => (asked++ === 0 ? ['192.0.2.7'] : ['203.0.113.9']) }
  assert.equal((await resolveNames(SCOPE, [PORTAL], rebinding)).targets, 'all_in_scope')
  assert.equal(await confirmName(SCOPE, 'portal.bank.example', rebinding), null)
  assert.deepEqual(
    await confirmName(SCOPE, 'a.lab.bank.example', names({ 'a.lab.bank.example': ['192.0.2.8'] })),
    ['192.0.2.8'],
  )
})

test('lookalike names, and names that only contain ours, are out before anything is looked up', async () => {
  const all: NameResolver = { addresses: async () => ['192.0.2.7'] }
  for (const name of [
    'pоrtal.bank.example',
    'portal.bank.example.evil.example',
    'evilportal.bank.example',
    'lab.bank.example',
  ])
    assert.notEqual((await resolveNames(SCOPE, [target('domain', name)], all)).targets, 'all_in_scope', name)
})

test('redirects are targets of their own', async () => {
  const from = 'https://portal.bank.example/login'
  const table = names({ 'portal.bank.example': ['192.0.2.7'], 'evil.example': ['192.0.2.7'] })
  for (const [location, state] of [
    ['/next', 'all_in_scope'],
    ['https://portal.bank.example/next', 'all_in_scope'],
    ['//portal.bank.example/next', 'all_in_scope'],
    ['https://evil.example/', 'out_of_scope'],
    ['//evil.example/', 'out_of_scope'],
    ['https://portal.bank.example@evil.example/', null],
    ['https://portal.bank.example\\@evil.example/', null],
    ['https://0300.0.2.7/', null],
    ['https://3221225991/', null],
    ['https://203.0.113.9/', 'out_of_scope'],
    ['https://[::ffff:203.0.113.9]/', 'out_of_scope'],
    ['http://192.0.2.66/', 'out_of_scope'],
    ['javascript:0', null],
  ] as const) {
    const followed = await followRedirect(SCOPE, from, location, table)
    assert.equal(followed?.resolution.targets ?? null, state, location)
  }
})
