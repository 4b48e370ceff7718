/**
 * The model server of the gateway bench, a process of its own: answers at once and does nothing else.
 *
 * Chat Completions and Responses, as JSON of about 1.4 kB or as 50 server-sent events with a turn of the event
 * loop between them. It reads the request to its end but looks only for `"stream":true`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { chatEvents, chatJson, responsesEvents, responsesJson } from './mock-answers.ts'

const CHAT = { json: chatJson(), events: chatEvents() }
const RESPONSES = { json: responsesJson(), events: responsesEvents() }
const STREAM_MARK = Buffer.from('"stream":true')

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => answer(request, response, Buffer.concat(chunks)))
})

function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const kind = request.url?.endsWith('/responses') ? RESPONSES : CHAT
  if (!body.includes(STREAM_MARK)) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': kind.json.length })
    response.end(kind.json)
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  sendEvents(response, kind.events, 0)
}

function sendEvents(response: ServerResponse, events: readonly Buffer[], at: number): void {
  const event = events[at]
  if (event === undefined) {
    response.end()
    return
  }
  response.write(event)
  setImmediate(() => sendEvents(response, events, at + 1))
}

server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : null })}\n`)
})
process.on('SIGTERM', () => process.exit(0))
