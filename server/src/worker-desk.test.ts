/** Tests of the desk over a channel: both ends agree, and a server that is gone or fails is an error, never an answer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel } from './authority/index.ts'
import { createWriterDesk, type WriterDesk } from './gateway/index.ts'
import type { StoredEntry } from './ledger/index.ts'
import { ProgrammeError } from './programme/index.ts'
import { connectDesk, serveDesk } from './worker-desk.ts'

function channelPair(): { server: Channel; gateway: Channel; close: () => void } {
  const ends = [0, 1].map(() => ({ messages: [] as ((m: unknown) => void)[], closers: [] as (() => void)[] }))
  const end = (own: number): Channel => ({
    send: (message) =>
      void setImmediate(() => {
        for (const listener of ends[1 - own]?.messages ?? []) listener(structuredClone(message))
      }),
    onMessage: (listener) => void ends[own]?.messages.push(listener),
    onClose: (listener) => void ends[own]?.closers.push(listener),
    close: () => undefined,
  })
  return {
    server: end(0),
    gateway: end(1),
    close: () => {
      for (const closer of ends[1]?.closers ?? []) closer()
    },
  }
}

// Only what the desk reads of an entry.
const ENTRY = { class: 'exchange', fields: { institution: 'smbc' } } as unknown as StoredEntry
const ledger = {
  size: () => 3,
  read: async (index: number) => {
    if (index > 0) throw new Error('unreadable')
    return ENTRY
  },
  receipt: async (index: number) => `receipt ${index}`,
  checkpointCovering: async () => 'note',
}

/** Two gateway processes of one server. */
function connectTwo(): { one: WriterDesk; two: WriterDesk; close: () => void } {
  const desk = createWriterDesk(ledger)
  const pairs = [channelPair(), channelPair()] as const
  for (const { server } of pairs) serveDesk(server, desk)
  const [one, two] = pairs
  return { one: connectDesk(one.gateway), two: connectDesk(two.gateway), close: one.close }
}

test('encrypted reasoning that one gateway released is accepted back by the other, from the same actor only', async () => {
  const { one, two } = connectTwo()
  assert.equal(await two.firstForeign('ann', ['d1']), 'd1')
  await one.issue('ann', ['d1', 'd2'])
  assert.equal(await two.firstForeign('ann', ['d2', 'd1']), null)
  assert.equal(await two.firstForeign('ann', ['d1', 'd3']), 'd3')
  assert.equal(await two.firstForeign('bob', ['d1']), 'd1')
})

test('receipts are for the institution of their exchange', async () => {
  const { one } = connectTwo()
  assert.equal(await one.receipt(0, { institution: 'smbc', actor: null }), 'receipt 0')
  assert.equal(await one.receipt(0, { institution: 'mufg', actor: null }), null)
  assert.equal(await one.receipt(3, { institution: 'smbc', actor: null }), null)
  assert.equal(await one.checkpointed(0), undefined)
  assert.equal(await one.witnessed(0), 'no_witnesses')
})

test('a desk that fails, and one that is gone', async () => {
  const { one, close } = connectTwo()
  const withCode = (code: string) => (error: unknown) =>
    error instanceof ProgrammeError && error.code === code
  await assert.rejects(
    one.receipt(1, { institution: 'smbc', actor: null }),
    withCode('programme_channel_protocol'),
  )
  const waiting = one.firstForeign('ann', ['d1'])
  close()
  await assert.rejects(waiting, withCode('programme_channel_closed'))
  await assert.rejects(one.issue('ann', ['d1']), withCode('programme_channel_closed'))
})
