/** Tests of the command line itself: help, usage, exit codes, and words that say what to do next. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { verifyStatement } from 'sekisho-verify'
import { newDecisionId } from '../base/index.ts'
import type { LoadedConfig } from '../config/index.ts'
import { generateKeyPair, writeKeyFile } from '../identity/index.ts'
import { COMMANDS, runCli } from './run.ts'
import { heldAnswer } from './testing.ts'

const NOW_MS = Date.UTC(2026, 10, 22)
const directory = mkdtempSync(path.join(tmpdir(), 'sekisho-cli-'))
const key = generateKeyPair()
const second = generateKeyPair()
/** What the admin listener was asked, and what it is to answer. */
const asked: {
  method: string
  url: string
  authorization: string | undefined
  body: string
  kept: boolean
}[] = []
type Answer = { readonly status: number; readonly body: unknown }
let answer: Answer = { status: 200, body: {} }
/** Answers by `METHOD /path`; whatever is not among them gets `answer`. */
const answers = new Map<string, Answer>()
let typed = ''
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
        kept: headers.connection !== 'close',
      })
      const { status, body } = answers.get(`${method} ${url}`) ?? answer
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
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

/** A token's form with its checksum: docs/spec/directory.md §5. */
function mintTokenText(): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const unchecked = `sekisho_${'a'.repeat(43)}`
  let rest = crc32(unchecked)
  let check = ''
  for (let i = 0; i < 6; i++) {
    check = digits.charAt(rest % 62) + check
    rest = Math.floor(rest / 62)
  }
  return unchecked + check
}

async function run(words: readonly string[], env: Record<string, string | undefined> = {}) {
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
    ...(typed === '' ? {} : { ask: async () => typed }),
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
    const needed = Object.entries(command.options).filter(([, { required }]) => required === true)
    for (const [option] of needed)
      assert.ok(
        command.examples.some((each) => each.includes(`--${option}`)),
        `${command.name} --${option}`,
      )
    assert.ok(
      command.examples.some(
        (example) => example.includes(`sekisho ${command.name}`) || example.includes(`-- ${command.name}`),
      ),
    )
  }
  assert.equal(all.out.match(/^ {2}\S/gm)?.length, COMMANDS.length, 'each stands under one heading, once')
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
  assert.equal(asked[0]?.kept, false, 'no connection is left to be closed under the next call')
  assert.equal((await run(['token'], { SEKISHO_KEY: 'a.json' })).code, 0)
})

test('an approval shows what is held, asks, and binds to it', async () => {
  const id = newDecisionId()
  const hold = heldAnswer(id, {
    approvals_needed: 2,
    approvals_given: ['c'],
    clauses: [{ clause: '7.3', title: { en: 'Approval' } }],
    because: [{ fact: 'grant', got: 'none' }],
    targets: { count: 1, named: [{ kind: 'domain', value: 'portal.example\u001b[2J' }] },
    until_ms: 1,
  })
  answers.set('POST /v1/tokens', { status: 201, body: { token: 't', id: 'tok_1', expires_at_ms: 5 } })
  answers.set(`GET /v1/holds/${id}`, { status: 200, body: hold })
  answers.set('POST /v1/statements', { status: 201, body: { index: 7 } })
  const shown = await run(['approve', id, '--key', 'a.json', '--dry-run'])
  for (const words of [
    /exploit_validation/,
    /7\.3 Approval/,
    /grant is none/,
    /portal\.example/,
    /engagement +none/,
  ])
    assert.match(shown.err, words)
  assert.doesNotMatch(shown.err, /null|\d{13}/)
  assert.ok(!shown.err.includes('\u001b'), 'a target steers no terminal')
  assert.deepEqual(
    asked.map(({ method }) => method),
    ['POST', 'GET'],
  )
  assert.equal(asked[1]?.authorization, 'Bearer t')
  typed = 'n'
  const refused = await run(['approve', id, '--key', 'a.json'])
  assert.deepEqual([refused.code, asked.length, /nothing was signed/.test(refused.err)], [1, 2, true])
  const yes = await run(['approve', id, '--key', 'a.json', '--count', '3', '--minutes', '5', '--yes'])
  typed = ''
  assert.equal(yes.code, 0, yes.err)
  assert.match(yes.err, /The same request passes now/)
  const signed = JSON.parse(asked[2]?.body ?? '')
  assert.deepEqual(await verifyStatement(signed, () => Buffer.from(key.public, 'base64')), [key.id])
  const { type, actor, approvals, count, until_ms: untilMs } = signed.body
  assert.deepEqual([type, actor, approvals, count, untilMs], ['grant.approve', 'b', 2, 3, NOW_MS + 300_000])
  answers.clear()
  assert.equal((await run(['approve', 'dec_1', '--key', 'a.json'])).code, 2)
})

test('tokens: listed for people and for scripts, revoked by id or by the token itself', async () => {
  const text = mintTokenText()
  const listed = {
    id: 'tok_2',
    audience: 'gateway',
    institution: 'i',
    engagement: null,
    expires_at_ms: NOW_MS,
    revoked: true,
  }
  answers.set('POST /v1/tokens', { status: 201, body: { token: 't', id: 'adm_1', expires_at_ms: 5 } })
  answers.set('GET /v1/tokens', { status: 200, body: { tokens: [{ ...listed, id: 'adm_1' }, listed] } })
  answers.set('DELETE /v1/tokens/self', { status: 200, body: { id: 'tok_9' } })
  const human = await run(['token', 'list', '--key', 'a.json'])
  assert.match(human.out, /tok_2 +gateway +i +– +2026-11-2\d \d\d:\d\d:\d\d [+-]\d\d:\d\d +revoked$/)
  assert.doesNotMatch(human.out, /adm_1/)
  assert.deepEqual(JSON.parse((await run(['token', 'list', '--key', 'a.json', '--json'])).out), listed)
  assert.match((await run(['token', 'revoke', text])).err, /revoked tok_9/)
  assert.deepEqual([asked.length, asked[0]?.authorization], [1, `Bearer ${text}`])
  assert.equal((await run(['token', 'revoke', 'tok_2', '--key', 'a.json'])).code, 0)
  assert.equal((await run(['token', 'revoke', `${text.slice(0, -1)}!`])).code, 2)
  assert.equal((await run(['token', 'revoke', 'nonsense', '--key', 'a.json'])).code, 2)
  answers.clear()
})

test('stops: a table for people; resuming with too few keys says how many of whose', async () => {
  const stop = {
    index: 4,
    scope: { kind: 'model', id: 'm' },
    by: 'provider',
    reason: 'x\u202ey',
    at_ms: NOW_MS,
  }
  answers.set('POST /v1/tokens', { status: 201, body: { token: 't', id: 'adm_1', expires_at_ms: 5 } })
  assert.match((await run(['stop', 'list'])).err, /whose key signs/)
  answer = { status: 200, body: { stops: [stop] } }
  assert.match(
    (await run(['stop', 'list', '--key', 'p.json'])).out,
    /^4 +model m +provider +2026-11-2\d .* x y$/m,
  )
  assert.deepEqual(JSON.parse((await run(['stop', 'list', '--json', '--key', 'p.json'])).out), stop)
  answer = { status: 200, body: { stops: [] } }
  assert.equal(asked[1]?.authorization, 'Bearer t')
  assert.deepEqual(await run(['stop', 'list', '--key', 'p.json']), {
    code: 0,
    out: '',
    err: 'no stop is in force',
  })
  const parties = [
    { id: 'provider', threshold: 2, keys: [second.id, 'other'] },
    { id: 'jp', threshold: 2, keys: ['third'] },
  ]
  answers.set('GET /v1/programme', { status: 200, body: { parties } })
  answers.set('POST /v1/statements', {
    status: 403,
    body: { detail: 'too few', code: 'statement_threshold_not_met' },
  })
  const { code, err } = await run(['resume', '4', '--reason', 'x', '--key', 'p.json'])
  assert.equal(code, 1)
  assert.equal(
    err,
    'sekisho resume: provider 1 of 2 keys, jp 0 of 2 keys; too few (statement_threshold_not_met)',
  )
  answers.clear()
})

test('an appeal is of a refusal: what passed, waits or is unknown is not sent', async () => {
  const id = newDecisionId()
  const decided = (verdict: string, end: string | null) =>
    answers.set(`GET /v1/decisions/${id}`, {
      status: 200,
      body: { verdict, outcome: end === null ? null : { end, code: null } },
    })
  answers.set('POST /v1/tokens', { status: 201, body: { token: 't', id: 'adm_1', expires_at_ms: 5 } })
  answers.set('GET /v1/programme', { status: 200, body: { institutions: [{ id: 'i' }] } })
  answers.set('POST /v1/statements', { status: 201, body: { index: 8 } })
  const appeal = async () => (await run(['appeal', id, '--reason', 'x', '--key', 'a.json'])).err
  for (const [verdict, end, says] of [
    ['allow', 'completed', /not refused: it passed/],
    ['hold', null, /not refused: have it approved: sekisho hold show dec_/],
    ['deny', null, /sent to review by `a`; ledger entry 8/],
    ['allow', 'refused', /sent to review/],
  ] as const) {
    decided(verdict, end)
    assert.match(await appeal(), says)
  }
  answers.set(`GET /v1/decisions/${id}`, { status: 404, body: { detail: 'no such decision', code: 'c' } })
  assert.match(await appeal(), /no such decision/)
  answers.clear()
})

test('a new key: its public half is printed, the file is private and never overwritten', async () => {
  const made = await run(['key', 'new', '--out', 'new.json', '--id', 'tanaka', '--programme', 'test'])
  assert.equal(made.code, 0, made.err)
  const { seed } = JSON.parse(readFileSync(path.join(directory, 'new.json'), 'utf8'))
  assert.ok(!made.out.includes(seed) && !made.err.includes(seed))
  assert.equal(statSync(path.join(directory, 'new.json')).mode & 0o777, 0o600)
  assert.equal((await run(['key', 'show', 'new.json'])).out, made.out)
  const again = await run(['key', 'new', '--out', 'new.json', '--id', 'tanaka'])
  assert.deepEqual([again.code, /never overwritten/.test(again.err)], [1, true])
  assert.equal((await run(['key', 'new', '--out', 'n.json', '--id', 'x', '--kind', 'king'])).code, 2)
  assert.equal((await run(['key', 'new', '--out', 'n.json', '--id', 'Not An Id'])).code, 2)
  assert.equal((await run(['key', 'show', 'none.json'])).code, 1)
})

test('the server is found by its announcement, unless its process is gone', async () => {
  const data = path.join(directory, '.sekisho')
  mkdirSync(data, { recursive: true })
  const announce = (pid: number) =>
    writeFileSync(path.join(data, 'server.json'), JSON.stringify({ pid, admin }))
  const none = { SEKISHO_ADMIN: undefined }
  answers.set('POST /v1/tokens', { status: 201, body: { token: 't', id: 'adm_1', expires_at_ms: 5 } })
  answer = { status: 200, body: { stops: [] } }
  announce(process.pid)
  assert.equal((await run(['stop', 'list', '--key', 'a.json'], none)).code, 0)
  assert.equal(asked.length, 2)
  // Beyond what Linux gives to a process.
  announce(2 ** 22 + 1)
  const gone = await run(['stop', 'list', '--key', 'a.json'], none)
  assert.equal(asked.length, 0, gone.err)
  const elsewhere = await run(['stop', 'list', '--key', 'a.json'], { SEKISHO_ADMIN: 'http://127.0.0.1:1' })
  assert.match(elsewhere.err, /cannot reach http:\/\/127\.0\.0\.1:1 .*from `\$SEKISHO_ADMIN`/)
  rmSync(data, { recursive: true })
  answers.clear()
})

test('help at every level; a group alone prints its commands', async () => {
  for (const group of ['ledger', 'config', 'statement', 'key', 'receipt']) {
    const alone = await run([group])
    assert.deepEqual([alone.code, alone.out.includes(`${group} `)], [2, true], group)
    assert.deepEqual((await run([group, '--help'])).out, alone.out)
    assert.equal((await run(['help', group])).code, 0)
    assert.doesNotMatch(alone.out, /^ {2}serve/m)
  }
  assert.match((await run(['ledger', 'nonsense'])).err, /no command `ledger nonsense`[\s\S]*ledger open/)
})

test('a configuration file that is not there has no line', async () => {
  const { err } = await run(['config', 'check', '--config', 'none.yaml'])
  assert.match(err, /none\.yaml: cannot be read/)
  assert.equal(err.split('config_unreadable').length, 2, 'the code is said once')
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
  const down = await run(['ledger', 'info', '--key', 'a.json', '--admin', 'http://127.0.0.1:1'])
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
