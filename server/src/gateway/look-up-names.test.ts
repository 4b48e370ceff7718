import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Target } from '../boundary/index.ts'
import { type NameResolver, resolveScope } from '../scope/index.ts'
import type { GatewayDeps } from './deps.ts'
import type { Read } from './exchange.ts'
import { lookUpNames } from './look-up-names.ts'

const ENGAGEMENT = {
  institution: 'mufg',
  assets: [
    { id: 'a', kind: 'domain', value: 'portal.bank.example', criticality: 'ordinary' },
    { id: 'b', kind: 'cidr', value: '192.0.2.0/24', criticality: 'designated' },
  ],
} as const
const domain = (value: string): Target => ({ kind: 'domain', value, raw: value, segment: 0 })

/** As much of a request as the stage looks at. */
function read(names: readonly string[], engagementId: string | null, institution = 'mufg'): Read {
  return {
    engagementId,
    principal: { engagement: null, institution: { id: institution } },
    snapshot: { engagements: new Map([['e-1', ENGAGEMENT]]) },
    reading: { targets: names.map(domain) },
  } as unknown as Read
}

async function decidedOn(from: Read, addresses: readonly string[] | null) {
  const asked: string[] = []
  const names: NameResolver = {
    async addresses(name) {
      asked.push(name)
      if (addresses === null) throw new Error('SERVFAIL')
      return addresses
    },
  }
  const { reading } = await lookUpNames(from, { names } as unknown as GatewayDeps)
  // Each test names assets of this engagement.
  return { asked, ...resolveScope(ENGAGEMENT as never, reading.targets), targetsRead: reading.targets }
}

test('a name is decided on with every address behind it, and with the class of what those reach', async () => {
  const inside = await decidedOn(read(['portal.bank.example'], 'e-1'), ['192.0.2.7'])
  assert.deepEqual([inside.targets, inside.criticality], ['all_in_scope', 'designated'])
  assert.deepEqual(
    inside.targetsRead.map(({ value, raw }) => [value, raw]),
    [
      ['portal.bank.example', 'portal.bank.example'],
      ['192.0.2.7', 'portal.bank.example'],
    ],
  )
  for (const [addresses, state] of [
    [['192.0.2.7', '203.0.113.9'], 'out_of_scope'],
    [['127.0.0.1'], 'out_of_scope'],
    [['0300.0.2.7'], 'unresolved'],
    [[], 'unresolved'],
    [null, 'unresolved'],
  ] as const) {
    const { targets } = await decidedOn(read(['portal.bank.example'], 'e-1'), addresses)
    assert.equal(targets, state, JSON.stringify(addresses))
  }
})

test('no name outside the scope is looked up, none without an engagement, none in somebody else’s', async () => {
  for (const each of [
    read(['c2.attacker.example'], 'e-1'),
    read(['portal.bank.example', 'c2.attacker.example'], 'e-1'),
    read(['portal.bank.example'], null),
    read(['portal.bank.example'], 'e-2'),
    read(['portal.bank.example'], 'e-1', 'smbc'),
  ]) {
    const { asked, targetsRead } = await decidedOn(each, ['192.0.2.7'])
    assert.deepEqual(asked, [])
    assert.equal(targetsRead, each.reading.targets)
  }
})

test('without name servers the stage leaves everything as it is', async () => {
  const from = read(['portal.bank.example'], 'e-1')
  assert.equal(await lookUpNames(from, {} as GatewayDeps), from)
})
