/** The resolver against a name server of our own on loopback: what it asks, what it takes, what it does when there is silence. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { openNameServers } from './index.ts'

const A = 1

/** Answers a question for IPv4 with one address, and every other one with none. */
function answer(query: Buffer): Buffer {
  const asksA = query.readUInt16BE(query.indexOf(0, 12) + 1) === A
  const question = query.subarray(12, query.indexOf(0, 12) + 5)
  const head = Buffer.from([query[0]!, query[1]!, 0x81, 0x80, 0, 1, 0, asksA ? 1 : 0, 0, 0, 0, 0])
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7])
  return Buffer.concat([head, question, ...(asksA ? [record] : [])])
}

test('asks the servers that are configured, and takes an empty family for none', async () => {
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => socket.send(answer(query), port, address))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  try {
    const names = openNameServers([`127.0.0.1:${socket.address().port}`], 2_000)
    assert.deepEqual(await names?.addresses('portal.bank.example'), ['192.0.2.7'])
  } finally {
    socket.close()
  }
})

test('silence is a failure, no server is no resolver', async () => {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  try {
    const names = openNameServers([`127.0.0.1:${socket.address().port}`], 10)
    await assert.rejects(async () => names?.addresses('portal.bank.example'))
  } finally {
    socket.close()
  }
  assert.equal(openNameServers([], 1_000), null)
})
