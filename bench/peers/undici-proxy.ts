/**
 * The yardstick: the least a gateway in Node can do. `node:http` in, `Pool.dispatch` out, bytes through, no more.
 *
 * Back-pressure and a client that leaves are handled, because a proxy without them wedges under load and
 * its figure would be of a thing nobody can use.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Pool } from 'undici'

const pool = new Pool(`http://127.0.0.1:${process.argv[2]}`, { connections: 256, pipelining: 1 })

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => forward(request, response, Buffer.concat(chunks)))
})

function forward(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  let controller: { abort(reason: Error): void; resume(): void } | null = null
  response.on('close', () => {
    if (!response.writableFinished) controller?.abort(new Error('client left'))
  })
  response.on('drain', () => controller?.resume())
  pool.dispatch(
    { path: request.url ?? '/', method: 'POST', headers: { 'content-type': 'application/json' }, body },
    {
      onRequestStart: (started) => {
        controller = started
      },
      onResponseStart: (_, status, headers) => void response.writeHead(status, pick(headers)),
      onResponseData: (started, chunk) => {
        if (!response.write(chunk)) started.pause()
      },
      onResponseEnd: () => void response.end(),
      onResponseError: () => void response.destroy(),
    },
  )
}

function pick(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const picked: Record<string, string> = {}
  for (const name of ['content-type', 'content-length']) {
    const value = headers[name]
    if (typeof value === 'string') picked[name] = value
  }
  return picked
}

server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : null })}\n`)
})
process.on('SIGTERM', () => process.exit(0))
