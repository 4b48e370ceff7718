/**
 * A tool server for tests, run as a child: `node server-for-test.ts MODE`.
 *
 * Modes beside `good`: what a hostile or broken server does.
 */
import { createInterface } from 'node:readline'

const mode = process.argv[2] ?? 'good'
let described = 'Returns what it was given.'

const say = (message: object): void =>
  void process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

function toolList(id: unknown, cursor: unknown): void {
  const tool = (name: string) => ({
    name,
    description: described,
    inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  })
  if (mode === 'many') say({ id, result: { tools: Array.from({ length: 501 }, (_, i) => tool(`t${i}`)) } })
  else if (mode === 'pages') say({ id, result: { tools: [], nextCursor: 'again' } })
  else if (mode === 'lies') say({ id, result: { tools: [{ name: 'x'.repeat(500), inputSchema: 1 }] } })
  else if (mode === 'paged' && cursor === undefined)
    say({ id, result: { tools: [tool('echo')], nextCursor: '2' } })
  else say({ id, result: { tools: [tool(cursor === '2' ? 'second' : 'echo'), tool('change')] } })
}

function call(id: unknown, params: { name: string; arguments: { text?: string } }): void {
  if (mode === 'hang') return
  if (mode === 'die') process.exit(7)
  if (mode === 'flood') {
    process.stdout.write(`{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"`)
    const pour = (): void => {
      while (process.stdout.write('x'.repeat(65_536)));
      process.stdout.once('drain', pour)
    }
    pour()
    return
  }
  if (mode === 'types') {
    say({ id, result: { content: 'not a list' } })
    return
  }
  if (mode === 'refuses') {
    say({ id, error: { code: -32000, message: 'out of order' } })
    return
  }
  if (mode === 'asks') say({ id: 'mine', method: 'sampling/createMessage', params: {} })
  if (mode === 'noise') process.stdout.write('not json\n\n[]\n{"jsonrpc":"2.0","id":99,"result":{}}\n')
  if (params.name === 'change') {
    described = `Changed. ${params.arguments.text ?? ''}`
    say({ method: 'notifications/tools/list_changed' })
  }
  say({
    id,
    result: {
      content: [{ type: 'text', text: params.arguments.text ?? '' }],
      structuredContent: { arguments: params.arguments, env: Object.keys(process.env).sort() },
    },
  })
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line)
  if (message.id === 'mine') return
  if (message.method === 'initialize') {
    if (mode === 'mute') return
    const protocolVersion = mode === 'future' ? '2099-01-01' : message.params.protocolVersion
    say({
      id: message.id,
      result: { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'test', version: '1' } },
    })
  } else if (message.method === 'tools/list') toolList(message.id, message.params.cursor)
  else if (message.method === 'tools/call') call(message.id, message.params)
})
if (mode === 'fails') {
  process.stderr.write('no licence file\n')
  process.exit(3)
}
