/** What no pack is made of. Whole packs are made and verified in server/e2e/evidence.test.ts. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import type { JsonValue } from 'sekisho-verify'
import { makePack, type PackParts } from './pack.ts'

const ROOT = Buffer.alloc(32).toString('base64')
const ORDER = {
  type: 'disclosure.order',
  profile: 'auditor',
  institution: null,
  from: 0,
  to: 1,
  entries: null,
  fields: ['kind'],
  content: false,
  sample: null,
}

function partsOf(body: Readonly<Record<string, JsonValue>>, bytesMax: number): PackParts {
  const ledger = {
    read: async () => ({
      class: 'statement',
      kind: 'statement',
      index: 3,
      timeMs: 1,
      statement: { body },
      fields: {},
    }),
    checkpointCovering: async () =>
      `log.example/x\n4\n${ROOT}\n\n\u2014 log.example/x ${Buffer.alloc(68).toString('base64')}\n`,
  }
  const { privateKey: signingKey } = generateKeyPairSync('ed25519')
  const agreement = {
    disclosure: new Map([['auditor', { fields: ['kind'], content: false, label: 'public' }]]),
  }
  const rest = { agreements: () => null, labelOf: () => 'public', nowMs: 0, bytesMax, signingKey }
  return { ledger, ring: {}, agreement, ...rest } as unknown as PackParts // nothing else is asked for before the refusal
}

test('a statement of another type, and a profile the agreement does not have, order nothing', async () => {
  const code = { code: 'disclosure_not_an_order' }
  await assert.rejects(makePack(3, partsOf({ ...ORDER, type: 'content.hold' }, 1000)), code)
  await assert.rejects(makePack(3, partsOf({ ...ORDER, profile: 'press' }, 1000)), code)
})

test('a pack over the limit is not made', async () => {
  await assert.rejects(makePack(3, partsOf(ORDER, 10)), { code: 'disclosure_too_large' })
})
