/** The evidence desk before strangers: nothing is tried for whoever may not order, and packs are made one by one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SignedStatement } from 'sekisho-verify'
import { type EvidenceParts, openEvidenceDesk } from './open-evidence.ts'

const ORDER = { body: { type: 'disclosure.order' }, signatures: [] } as unknown as SignedStatement // read by the fakes below

function partsOf(did: string[], check: () => void, read: () => Promise<never>): EvidenceParts {
  return {
    programme: {
      check,
      submit: async () => {
        did.push('submit')
        return { index: 1 }
      },
      snapshot: () => ({ agreement: {}, governance: { capabilities: {} } }),
    },
    ledger: { read },
    ring: {
      lend: () => {
        did.push('lend')
        return () => did.push('take back')
      },
    },
    clock: { nowMs: () => 0 },
  } as unknown as EvidenceParts // nothing else is asked for
}

test('keys are tried for those only who may order', async () => {
  const did: string[] = []
  const refuse = (): void => {
    throw new Error('not entitled')
  }
  const desk = openEvidenceDesk(partsOf(did, refuse, () => Promise.reject(new Error('no'))))
  await assert.rejects(desk.disclose(ORDER, [{ number: 1, key: Buffer.alloc(32) }]), /not entitled/)
  assert.deepEqual(did, [])
})

test('packs are made one after the other, also after one that failed', async () => {
  const did: string[] = []
  const failing: (() => void)[] = []
  const read = () => new Promise<never>((_, reject) => failing.push(() => reject(new Error('unreadable'))))
  const desk = openEvidenceDesk(partsOf(did, () => {}, read))
  const [first, second] = [desk.disclose(ORDER, []), desk.disclose(ORDER, [])]
  const settled = Promise.allSettled([first, second])
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  await settle()
  assert.deepEqual([did, failing.length], [['lend', 'submit'], 1])
  failing[0]?.()
  await assert.rejects(first, /unreadable/)
  await settle()
  assert.deepEqual(did, ['lend', 'submit', 'take back', 'lend', 'submit'])
  failing[1]?.()
  await settled
})
