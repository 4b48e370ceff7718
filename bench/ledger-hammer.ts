/**
 * `bench -- ledger --rows hammer`: a log that load clients of other people drive as they drive any C2SP log.
 *
 * `POST /add` records the body as the content of an intent and answers its index in ASCII once it is durable; everything else
 * is read from the public directory. No authentication: loopback only, a directory of its own, gone when it ends.
 */
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ledger } from '../server/src/ledger/index.ts'
import { openBenchLedger } from './ledger-log.ts'

const BODY_BYTES_MAX = 65_535
/** Names of the public directory, and no way out of it. */
const PUBLIC_NAME = /^\/(checkpoint|tile\/[a-z0-9]+(\/[x0-9]+)*(\.p\/[0-9]+)?)$/

/** Serves until it is interrupted. */
export async function serveHammer(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sekisho-bench-hammer-'))
  const ledger = await openBenchLedger(dir)
  const server = createServer((request, response) => {
    answer(ledger, request, response).catch(() => response.writeHead(500).end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  process.stdout.write(
    `${JSON.stringify({ log_url: `http://127.0.0.1:${port}/`, log_public_key: ledger.verifierKey, pid: process.pid })}\n`,
  )
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  server.closeAllConnections()
  server.close()
  await ledger.close()
  await rm(dir, { recursive: true, force: true })
}

async function answer(ledger: Ledger, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'POST' && request.url === '/add') {
    const content = await bodyOf(request)
    if (content === null) return void response.writeHead(413).end()
    const { index } = await ledger.append({
      class: 'exchange',
      kind: 'intent',
      institution: 'bench',
      fields: {},
      content,
    })
    return void response.end(String(index))
  }
  const name = request.url ?? ''
  if (!PUBLIC_NAME.test(name)) return void response.writeHead(404).end()
  const bytes = await readFile(join(ledger.publicDir, name)).catch(() => null)
  if (bytes === null) response.writeHead(404).end()
  else response.end(bytes)
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > BODY_BYTES_MAX) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
