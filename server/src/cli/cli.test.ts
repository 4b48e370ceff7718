/** Tests of the command line itself: help, usage, exit codes, and words that say what to do next. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { verifyStatement } from 'sekisho-verify'
import type { LoadedConfig } from '../config/index.ts'
import { generateKeyPair, writeKeyFile } from '../programme/index.ts'
import { COMMANDS, runCli } from './run.ts'

const NOW_MS = Date.UTC(2026, 10, 22)
const directory = mkdtempSync(path.join(tmpdir(), 'sekisho-cli-'))
const key = generateKeyPair()
const second = generateKeyPair()
/** What the admin listener was asked, and what it is to answer. */
const asked: { method: string; url: string; authorization: string | undefined; body: string }[] = []
let answer: { status: number; body: unknown } = { status: 200, body: {} }
let server: Server
let admin = ''
let served: LoadedConfig | null = null

before(async () => {
  writeKeyFile(path.join(directory, 'a.json'), { programme: 'test', holder: { kind: 'actor', id: 'a' }, key })
  writeKeyFile(path.join(directory, 'p.json'), {
    programme: 'test',
    holder: { kind: 'party', id: 'p' },
    key: second,
  })
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      asked.push({
        method,
        url,
        authorization: headers.authorization,
        body: Buffer.concat(chunks).toString(),
      })
      response.writeHead(answer.status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server's address is an AddressInfo.
  admin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => {
  server.close()
  server.closeAllConnections()
  rmSync(directory, { recursive: true, force: true })
})

async function run(words: readonly string[], env: Record<string, string> = {}) {
  const out: string[] = []
  const err: string[] = []
  asked.length = 0
  const code = await runCli(words, {
    env: { SEKISHO_ADMIN: admin, ...env },
    cwd: directory,
    root: directory,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    nowMs: () => NOW_MS,
    fetch,
    async serve(loaded) {
      served = loaded
      return 0
    },
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

test('every command has help with examples that name it', async () => {
  const all = await run(['help'])
  for (const command of COMMANDS) {
    assert.ok(all.out.includes(command.name), command.name)
    const help = await run([...command.name.split(' '), '--help'])
    assert.equal(help.code, 0)
    assert.ok(command.examples.length > 0)
    assert.ok(
      command.examples.some(
        (example) => example.includes(`sekisho ${command.name}`) || example.includes(`-- ${command.name}`),
      ),
    )
  }
  assert.equal((await run([])).code, 2)
})

for (const words of [
  ['nonsense'],
  ['token', '--foo'],
  ['token', 'extra'],
  ['token', '--key'],
  ['token', '--key', 'a.json', '--ttl', '1e3'],
  ['token', '--key', 'a.json', '--ttl', '999999999'],
  ['token', '--key', 'p.json'],
  ['stop', '--scope', 'all'],
  ['stop', '--scope', 'planet', '--reason', 'x', '--key', 'a.json'],
  ['stop', '--scope', 'all', '--id', 'x', '--reason', 'x', '--key', 'a.json'],
  ['stop', '--scope', 'person', '--reason', 'x', '--key', 'a.json'],
  ['stop', '--scope', 'all', '--scope', 'all', '--reason', 'x', '--key', 'a.json'],
  ['resume', 'one', '--reason', 'x', '--key', 'a.json'],
  ['resume'],
  ['receipt', 'get', '42', '--key', 'a.json'],
  ['ledger', 'open', '-1', '--key', 'a.json'],
  ['ledger', 'info', '--admin', 'nowhere'],
]) {
  test(`usage: ${words.join(' ')}`, async () => {
    const { code, out, err } = await run(words)
    assert.equal(code, 2, err)
    assert.equal(out, '')
    assert.match(err, /^sekisho/)
    assert.deepEqual(asked, [], 'nothing was asked of the server')
  })
}

test('a token is all that stands on standard output', async () => {
  answer = { status: 201, body: { token: 'sekisho_t', id: 'tok_1', expires_at_ms: 5 } }
  assert.deepEqual(await run(['token', '--key', 'a.json']), { code: 0, out: 'sekisho_t', err: '' })
  const { request } = JSON.parse(asked[0]?.body ?? '')
  assert.deepEqual(
    [request.programme, request.actor, request.issued_at_ms, request.ttl_s],
    ['test', 'a', NOW_MS, 3600],
  )
  assert.ok(!asked[0]?.body.includes(key.seed), 'the private key stays here')
  assert.equal((await run(['token'], { SEKISHO_KEY: 'a.json' })).code, 0)
})

test('an approval binds to what the server says is held', async () => {
  const hold = {
    id: `dec_${'0'.repeat(26)}`,
    actor: 'b',
    institution: 'i',
    engagement: 'e',
    capability: 'exploit_validation',
    session: 's',
    approvals_needed: 2,
  }
  answer = { status: 200, body: { ...hold, index: 7 } }
  const shown = await run(['approve', hold.id, '--key', 'a.json', '--dry-run'])
  assert.match(shown.err, /capability +exploit_validation/)
  assert.equal(asked.length, 1)
  const { code, err } = await run(['approve', hold.id, '--key', 'a.json', '--count', '3', '--minutes', '5'])
  assert.equal(code, 0, err)
  const signed = JSON.parse(asked[1]?.body ?? '')
  assert.deepEqual(await verifyStatement(signed, () => Buffer.from(key.public, 'base64')), [key.id])
  const { type, actor, approvals, count, until_ms: untilMs } = signed.body
  assert.deepEqual([type, actor, approvals, count, untilMs], ['grant.approve', 'b', 2, 3, NOW_MS + 300_000])
})

test('a statement is signed by one after the other, and submitted', async () => {
  writeFileSync(
    path.join(directory, 'body.json'),
    JSON.stringify({ type: 'stop.resume', stop: 4, reason: 'over' }),
  )
  const first = await run(['statement', 'sign', 'body.json', '--key', 'a.json'])
  writeFileSync(path.join(directory, 'one.json'), first.out)
  const both = await run(['statement', 'sign', 'one.json', '--key', 'p.json', '--key', 'a.json'])
  writeFileSync(path.join(directory, 'both.json'), both.out)
  const keys = new Map([key, second].map((each) => [each.id, Buffer.from(each.public, 'base64')]))
  const signers = await verifyStatement(JSON.parse(both.out), (id) => keys.get(id) ?? null)
  assert.deepEqual(signers, [key.id, second.id])
  answer = { status: 201, body: { index: 9 } }
  assert.equal((await run(['statement', 'submit', 'both.json'])).code, 0)
  assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), JSON.parse(both.out))
  for (const [text, says] of [
    ['{', 'is not JSON'],
    ['[]', 'is not a JSON object'],
    ['{}', 'has no `type`'],
  ] as const) {
    writeFileSync(path.join(directory, 'bad.json'), text)
    const { code, err } = await run(['statement', 'sign', 'bad.json', '--key', 'a.json'])
    assert.deepEqual([code, err.includes(says)], [1, true], err)
  }
})

test('a refusal carries the server’s words and ends with its code', async () => {
  answer = { status: 403, body: { detail: 'you may not', code: 'statement_own_request' } }
  const { code, out, err } = await run(['stop', '--scope', 'all', '--reason', 'x', '--key', 'a.json'])
  assert.deepEqual([code, out, err], [1, '', 'sekisho stop: you may not (statement_own_request)'])
  answer = { status: 201, body: {} }
  assert.match(
    (await run(['stop', '--scope', 'all', '--reason', 'x', '--key', 'a.json'])).err,
    /another version/,
  )
})

test('a server that is not up, and a key that is not there, say what to do', async () => {
  const down = await run(['ledger', 'info', '--admin', 'http://127.0.0.1:1'])
  assert.deepEqual([down.code, /npm run up/.test(down.err)], [1, true], down.err)
  const none = await run(['token'])
  assert.deepEqual([none.code, /--key FILE/.test(none.err)], [1, true], none.err)
  assert.match((await run(['token', '--key', 'none.json'])).err, /`none\.json` \(ENOENT\)/)
  writeFileSync(path.join(directory, 'broken.json'), '{}')
  assert.match((await run(['token', '--key', 'broken.json'])).err, /\(programme_key_file_malformed\)$/)
})

test('configuration: checked, explained, and served with its flags', async () => {
  const file = path.join(directory, 'sekisho.yaml')
  writeFileSync(file, 'workers: 0\ndataDirr: x\n')
  const bad = await run(['config', 'check', '--config', 'sekisho.yaml'])
  assert.equal(bad.code, 1)
  assert.match(bad.err, /sekisho\.yaml:2: unknown key `dataDirr`: did you mean `dataDir`\?/)
  writeFileSync(file, 'dataDir: x\n')
  assert.equal((await run(['config', 'check', '--config', 'sekisho.yaml'])).code, 0)
  assert.match(
    (await run(['config', 'explain', '--config', 'sekisho.yaml'])).out,
    /^dataDir = .*\/x +# sekisho\.yaml:1$/m,
  )
  assert.match((await run(['config', 'reference'])).out, /^\| `dataDir` \|/m)
  assert.equal((await run(['serve', '--sample', '--any-port', '--config', 'sekisho.yaml'])).code, 0)
  assert.deepEqual([served?.config.programme.sample, served?.config.listen.gateway.port], [true, 0])
  assert.equal(readFileSync(file, 'utf8'), 'dataDir: x\n')
})
