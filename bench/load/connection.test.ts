import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { Connection } from './connection.ts'

const WHOLE = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Length: 12\r\nx-sekisho-receipt: rcpt-7\r\n\r\nhello "Lines',
)
const CHUNKED = Buffer.from(
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n6\r\n"Lines\r\n1\r\n"\r\n0\r\n\r\n',
)

/** A server that answers every request with `answer`, in pieces of `pieceBytes`. */
async function withServer(answer: Buffer, pieceBytes: number, run: (port: number) => Promise<void>) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('data', () => void write(socket, answer, pieceBytes))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  try {
    await run(typeof address === 'object' && address !== null ? address.port : 0)
  } finally {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
}

async function write(socket: Socket, answer: Buffer, pieceBytes: number) {
  for (let at = 0; at < answer.length; at += pieceBytes) {
    socket.write(answer.subarray(at, at + pieceBytes))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

for (const [name, answer, bodyBytes] of [
  ['a content length', WHOLE, 12],
  ['chunks', CHUNKED, CHUNKED.length - CHUNKED.indexOf('\r\n\r\n') - 4],
] as const) {
  for (const pieceBytes of [1, 7, 1000]) {
    test(`an answer with ${name}, ${pieceBytes} bytes at a time, ends where it ends, twice`, () =>
      withServer(answer, pieceBytes, async (port) => {
        const connection = await Connection.open(port, '"L')
        for (let round = 0; round < 2; round += 1) {
          const got = await connection.request(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
          assert.equal(got.status, 200)
          assert.equal(got.bodyBytes, bodyBytes)
          assert.match(got.head, /^HTTP\/1\.1 200 OK\r\n/)
        }
        connection.close()
      }))
  }
}

test('a connection that closes inside the answer is a failure, not an answer', () =>
  withServer(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello'), 1000, async (port) => {
    const connection = await Connection.open(port, '"L')
    const waiting = connection.request(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
    setTimeout(() => connection.close(), 50)
    await assert.rejects(waiting, /closed/)
  }))
