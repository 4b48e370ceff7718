/** Tests of the listeners over real sockets: what is served, what is refused, what never shows. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Hold } from '../accounts/index.ts'
import { createLogger, newDecisionId } from '../base/index.ts'
import { createHostCheck, type HostCheck } from '../config/index.ts'
import { type Principal, ProgrammeError } from '../programme/index.ts'
import { StorageError } from '../storage/index.ts'
import { escapeHtml } from './html.ts'
import { createAdminListener, createConsoleListener, createMetrics, HttpError, listen } from './index.ts'
import { problemOf } from './problem.ts'
import * as support from './testing.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'sekisho-http-'))
const publicDir = path.join(directory, 'public')
const ledger = new support.FakeLedger()
const agreement = support.fakeAgreement()
const fake = support.fakeProgramme(support.fakeSnapshot(agreement))
const decision = newDecisionId()
let databaseUp = true
let closing = false
const metricsAccess: { access: 'open' | 'credential'; token: string | null } = { access: 'open', token: null }
/** Lines of the log from `warn` up. */
const logged: { readonly event?: string; readonly hold?: string; readonly by?: string }[] = []
const servers: Server[] = []
const ports = { admin: 0, console: 0 }

before(async () => {
  mkdirSync(path.join(publicDir, 'tile/0/x000'), { recursive: true })
  mkdirSync(path.join(publicDir, 'statements'))
  writeFileSync(path.join(publicDir, 'checkpoint'), 'test/log\n1\n')
  writeFileSync(path.join(publicDir, 'tile/0/000'), 'tile')
  writeFileSync(path.join(publicDir, 'statements/3'), 'statement')
  writeFileSync(path.join(directory, 'secret'), 'secret')
  symlinkSync(path.join(directory, 'secret'), path.join(publicDir, 'tile/0/001'))
  await ledger.append(support.intentDraft(decision, support.someFacts()))
  await ledger.append(support.outcomeDraft(0))
  fake.decisions.set(decision, { index: 0, closedBy: 1 })
  const common = {
    programme: fake.programme,
    ledger: ledger.asLedger(publicDir),
    agreement: () => agreement,
    decide: support.fakeDecision,
    logger: createLogger({ level: 'warn', to: { write: (line) => void logged.push(JSON.parse(line)) } }),
  }
  const metrics = createMetrics({
    ledgerSize: () => 2,
    ledgerWritable: () => true,
    databaseHealthy: () => databaseUp,
    leaseValid: () => true,
    snapshotIndex: () => 5,
    stops: () => 1,
    openExchanges: () => 0,
  })
  let adminHosts: HostCheck = () => false
  let consoleHosts: HostCheck = () => false
  const admin = createAdminListener({
    ...common,
    metrics,
    databaseHealthy: () => databaseUp,
    metricsAccess,
    closing: () => closing,
    addresses: () => ({ gateway: 'http://g.example', console: 'http://c.example' }),
    hostCheck: () => adminHosts,
  })
  const pages = createConsoleListener({
    ...common,
    url: () => 'http://console.example',
    hostCheck: () => consoleHosts,
  })
  servers.push(admin, pages)
  const anyPort = { host: '127.0.0.1', port: 0 }
  const bound = [await listen(admin, anyPort, 'listen.admin'), await listen(pages, anyPort, 'listen.console')]
  ports.admin = bound[0]!.port
  ports.console = bound[1]!.port
  adminHosts = createHostCheck(bound[0]!, ['admin.example'])
  consoleHosts = createHostCheck(bound[1]!, [])
})
after(() => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
  rmSync(directory, { recursive: true, force: true })
})

const admin = (target: string, init?: RequestInit) => fetch(`http://127.0.0.1:${ports.admin}${target}`, init)
const pages = (target: string, init?: RequestInit) =>
  fetch(`http://127.0.0.1:${ports.console}${target}`, init)
const codeOf = async (response: Response) => {
  // Bodies of problem+json by RFC 9457; the test reads two members.
  const body = (await response.json()) as { code: string; status: number }
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  assert.equal(body.status, response.status)
  return [response.status, body.code]
}

/** What the listener looks at of a person. */
const principalOf = (id: string, institution: string, ...roles: string[]) =>
  ({
    actor: { id, institution, roles, standing: 'active' },
    institution: { id: institution },
  }) as unknown as Principal

/** Bytes as they are, because a good client would mend them. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(text))
    let got = ''
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1')
    })
    socket.on('close', () => resolve(got))
    socket.on('error', reject)
  })
}

test('alive, ready, measured', async () => {
  assert.equal((await admin('/livez')).status, 200)
  assert.equal((await admin('/readyz')).status, 200)
  const metrics = await (await admin('/metrics')).text()
  assert.match(metrics, /^sekisho_ledger_entries 2$/m)
})

test('metrics: open, or for the configured token and for credentials', async () => {
  const scrape = (bearer?: string) =>
    admin('/metrics', bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } })
  fake.principals.set('scraper-lead', principalOf('lead', 'mufg', 'operations_lead'))
  metricsAccess.access = 'credential'
  assert.deepEqual(await codeOf(await scrape()), [401, 'http_credential_required'])
  assert.deepEqual(await codeOf(await scrape('anything')), [401, 'http_credential_required'])
  assert.equal((await scrape('scraper-lead')).status, 200)
  metricsAccess.token = 'scrape-me'
  assert.equal((await scrape('scrape-me')).status, 200)
  assert.deepEqual(await codeOf(await scrape('scrape-me-not')), [401, 'http_credential_required'])
  Object.assign(metricsAccess, { access: 'open', token: null })
})

test('ready without the database, not without the ledger, the lease, or while closing', async () => {
  databaseUp = false
  const response = await admin('/readyz')
  assert.equal(response.status, 200)
  assert.equal(((await response.json()) as { database: string }).database, 'gone')
  databaseUp = true

  ledger.writable = false
  assert.equal((await admin('/readyz')).status, 503)
  assert.equal((await admin('/livez')).status, 200, 'a full disk is no reason to be restarted')
  ledger.writable = true
  fake.lease = false
  assert.equal((await admin('/readyz')).status, 503)
  fake.lease = true
  closing = true
  assert.equal((await admin('/readyz')).status, 503)
  closing = false
  assert.equal((await admin('/readyz')).status, 200)
})

test('a Host header that does not name the listener is refused, whatever the route', async () => {
  const ask = (host: string) =>
    raw(ports.admin, `GET /livez HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  for (const host of [
    `127.0.0.1:${ports.admin}`,
    // The port does not count: people forward ports.
    '127.0.0.1',
    `127.0.0.1:${ports.admin + 1}`,
    `LOCALHOST:${ports.admin}`,
    'admin.example',
    'admin.example:443',
  ]) {
    assert.match(await ask(host), /^HTTP\/1\.1 200/, host)
  }
  for (const host of ['evil.example', 'admin.example.evil.example', '']) {
    assert.match(await ask(host), /^HTTP\/1\.1 421[\s\S]*"http_host_refused"/, host)
  }
  assert.match(await raw(ports.admin, 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 400/)
  const twice = `GET /livez HTTP/1.1\r\nHost: a\r\nHost: 127.0.0.1:${ports.admin}\r\nConnection: close\r\n\r\n`
  assert.doesNotMatch(await raw(ports.admin, twice), /^HTTP\/1\.1 200/)
})

test('path tricks find nothing', async () => {
  const tricks = [
    '/../livez',
    '//livez',
    '/./livez',
    '/livez%00',
    '/%6civez',
    '/livez/',
    '/livez\\',
    'http://evil.example/livez',
  ]
  for (const target of tricks) {
    const answer = await raw(
      ports.admin,
      `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${ports.admin}\r\nConnection: close\r\n\r\n`,
    )
    assert.match(answer, /^HTTP\/1\.1 404/, target)
  }
})

test('unknown routes and methods have their own codes', async () => {
  assert.deepEqual(await codeOf(await admin('/nothing')), [404, 'http_route_unknown'])
  assert.deepEqual(await codeOf(await admin('/v1/programme', { method: 'POST' })), [405, 'http_method'])
  assert.equal((await admin('/livez', { method: 'HEAD' })).status, 200)
})

test('bodies: media type, size, form, and who sends them', async () => {
  const post = (
    body: string | Buffer,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ) => admin('/v1/statements', { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers })
  assert.deepEqual(await codeOf(await post('{}', { 'content-type': 'text/plain' })), [415, 'http_media_type'])
  assert.deepEqual(
    await codeOf(await post('{}', { 'content-type': 'application/json', 'content-encoding': 'gzip' })),
    [415, 'http_media_type'],
  )
  const big = await post(`"${'x'.repeat(1024 * 1024)}"`).catch(() => null)
  if (big !== null) assert.deepEqual(await codeOf(big), [413, 'http_body_too_large'])
  for (const body of ['', '{', '{"a":1,"a":2}', Buffer.from([0x7b, 0xff, 0x7d]), '['.repeat(500)]) {
    assert.deepEqual(await codeOf(await post(body)), [400, 'http_body_invalid'])
  }
  assert.deepEqual(await codeOf(await post('{}')), [400, 'statement_malformed'])
  for (const header of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
    const request = post('{}', { 'content-type': 'application/json', ...header } as Record<string, string>)
    assert.deepEqual(await codeOf(await request), [403, 'http_origin_refused'])
  }
})

test('a body cut short ends the connection, not the server', async () => {
  const head = `POST /v1/statements HTTP/1.1\r\nHost: 127.0.0.1:${ports.admin}\r\nContent-Type: application/json\r\n`
  await raw(ports.admin, `${head}Content-Length: 100\r\n\r\n{`)
  await raw(ports.admin, `${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)
  assert.equal((await admin('/livez')).status, 200)
})

test('a statement gets through while idle connections are held', async () => {
  const idle = Array.from({ length: 600 }, () => connect(ports.admin, '127.0.0.1'))
  for (const socket of idle) socket.on('error', () => undefined)
  try {
    await Promise.all(
      idle.map((socket) => new Promise<void>((resolve) => socket.once('connect', () => resolve()))),
    )
    const headers = { 'content-type': 'application/json' }
    const response = await admin('/v1/statements', { method: 'POST', body: '{}', headers })
    assert.deepEqual(await codeOf(response), [400, 'statement_malformed'], 'it was read and judged')
  } finally {
    for (const socket of idle) socket.destroy()
  }
})

test('a token is revoked by its holder or by platform staff of the same institution, by nobody else', async () => {
  const people = [
    principalOf('a', 'mufg'),
    principalOf('b', 'mufg', 'analyst'),
    principalOf('p', 'mufg', 'platform'),
    principalOf('q', 'smbc', 'platform'),
    principalOf('s', 'mufg', 'platform'),
  ]
  for (const principal of people) fake.principals.set(`bearer-${principal.actor.id}`, principal)
  const actors = new Map(people.map(({ actor }) => [actor.id, actor]))
  // Suspended since the token was minted.
  actors.set('s', { ...actors.get('s'), standing: 'suspended' } as Principal['actor'])
  Object.assign(fake.programme.snapshot(), { actors })
  fake.tokens.set('a', [{ id: 'tok-a' } as never])
  const revoke = (bearer?: string) =>
    admin('/v1/tokens/tok-a', {
      method: 'DELETE',
      headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
    })
  assert.deepEqual(await codeOf(await revoke()), [401, 'http_credential_required'])
  assert.deepEqual(await codeOf(await revoke('nobody')), [401, 'http_credential_required'])
  assert.deepEqual(await codeOf(await revoke('bearer-b')), [403, 'http_not_entitled'])
  assert.deepEqual(await codeOf(await revoke('bearer-q')), [403, 'http_not_entitled'])
  assert.deepEqual(await codeOf(await revoke('bearer-s')), [403, 'http_not_entitled'], 'suspended')
  const entry = await admin('/v1/entries/0', { headers: { authorization: 'Bearer bearer-s' } })
  assert.deepEqual(await codeOf(entry), [403, 'http_not_entitled'], 'an old token opens no record')
  assert.deepEqual(fake.revoked, [])
  assert.equal((await revoke('bearer-a')).status, 200)
  assert.equal((await revoke('bearer-p')).status, 200)
  assert.deepEqual(fake.revoked, ['tok-a', 'tok-a'])
})

test('a decision is shown to its institution, without person, session, targets or prompt', async () => {
  fake.principals.set('reader', principalOf('reader', 'mufg', 'analyst'))
  fake.principals.set('stranger', principalOf('stranger', 'smbc', 'operations_lead'))
  const ask = (id: string, bearer: string) =>
    admin(`/v1/decisions/${id}`, { headers: { authorization: `Bearer ${bearer}` } })
  assert.deepEqual(await codeOf(await admin(`/v1/decisions/${decision}`)), [401, 'http_credential_required'])
  assert.deepEqual(await codeOf(await ask(decision, 'stranger')), [404, 'http_decision_unknown'])
  const response = await ask(decision, 'reader')
  const text = await response.text()
  const view = JSON.parse(text) as { verdict: string; clauses: string[]; outcome: unknown; receipt: string }
  assert.deepEqual(
    [view.verdict, view.clauses, view.outcome, view.receipt],
    ['deny', ['7.3'], { end: 'refused', code: 'agreement_denied' }, 'rcpt-0'],
  )
  assert.ok(!text.includes('secret-'))
  assert.deepEqual(await codeOf(await ask(newDecisionId(), 'reader')), [404, 'http_decision_unknown'])
  assert.deepEqual(await codeOf(await ask('0', 'reader')), [404, 'http_decision_unknown'])
})

test('a hold is for who may approve it; every other institution gets one answer, whatever the id', async () => {
  const held = newDecisionId()
  const ended = newDecisionId()
  const allowed = newDecisionId()
  for (const [id, verdict] of [
    [held, 'hold'],
    [ended, 'hold'],
    [allowed, 'allow'],
  ] as const) {
    const { index } = await ledger.append(support.intentDraft(id, support.someFacts(), null, verdict))
    fake.decisions.set(id, { index, closedBy: null })
  }
  fake.principals.set('approver', principalOf('x', 'mufg', 'approver'))
  fake.principals.set('other', principalOf('y', 'mufg', 'analyst'))
  fake.principals.set('requester', principalOf('r', 'mufg', 'analyst'))
  fake.principals.set('foreign', principalOf('z', 'smbc', 'approver', 'operations_lead'))
  fake.holds.set(held, {
    ...{ id: held, actor: 'r', institution: 'mufg', engagement: null, capability: 'exploit_validation' },
    ...{ session: 's', model: 'm', approvalsNeeded: 2, roles: ['approver'], index: 2, atMs: 1, untilMs: 9 },
  } as unknown as Hold)
  const ask = (id: string, bearer: string) =>
    admin(`/v1/holds/${id}`, { headers: { authorization: `Bearer ${bearer}` } })
  assert.deepEqual(await codeOf(await admin(`/v1/holds/${held}`)), [401, 'http_credential_required'])
  const shown = (await (await ask(held, 'approver')).json()) as { targets: { count: number }; actor: string }
  assert.deepEqual([shown.actor, shown.targets.count], ['r', 1])
  assert.deepEqual(await codeOf(await ask(held, 'other')), [403, 'http_not_entitled'])
  assert.equal((await ask(held, 'requester')).status, 200)
  const listed = async (bearer: string) => {
    const response = await admin('/v1/holds', { headers: { authorization: `Bearer ${bearer}` } })
    return ((await response.json()) as { holds: { id: string }[] }).holds.map(({ id }) => id)
  }
  assert.deepEqual(await Promise.all(['approver', 'requester', 'other', 'foreign'].map(listed)), [
    [held],
    [held],
    [],
    [],
  ])
  // The very prompt: for the same eyes, and each reading is counted.
  for (const bearer of ['approver', 'requester']) {
    const { content } = (await (await ask(`${held}/content`, bearer)).json()) as { content: { utf8: string } }
    assert.equal(content.utf8, 'secret-prompt 見積')
  }
  assert.deepEqual(await codeOf(await ask(`${held}/content`, 'other')), [403, 'http_not_entitled'])
  assert.match(await (await admin('/metrics')).text(), /^sekisho_content_opened_total\{what="hold"\} 2$/m)
  assert.deepEqual(
    logged.filter(({ event }) => event === 'prompt_read').map(({ hold, by }) => [hold, by]),
    [
      [held, 'x'],
      [held, 'r'],
    ],
  )
  ledger.contentGone = true
  assert.deepEqual(await codeOf(await ask(`${held}/content`, 'approver')), [410, 'http_content_unavailable'])
  ledger.contentGone = false
  assert.deepEqual(await codeOf(await ask('none', 'approver')), [400, 'http_hold_malformed'])
  assert.deepEqual(await codeOf(await ask(newDecisionId(), 'approver')), [404, 'http_hold_unknown'])
  assert.deepEqual(await codeOf(await ask(ended, 'approver')), [410, 'http_hold_ended'])
  for (const id of [allowed, decision])
    assert.deepEqual(await codeOf(await ask(id, 'approver')), [409, 'http_hold_not_held'])
  const answers = await Promise.all(
    [held, ended, allowed, decision, newDecisionId(), `${held}/content`].map(async (id) =>
      (await ask(id, 'foreign')).text(),
    ),
  )
  assert.equal(new Set(answers).size, 1, 'a stranger cannot tell them apart')
})

test('a body that stops early, or never comes, is no body', async () => {
  const head = `POST /v1/tokens HTTP/1.1\r\nHost: 127.0.0.1:${ports.admin}\r\nContent-Type: application/json\r\n`
  const { readJson } = await import('./body.ts')
  const request = (timeoutMs?: number) => {
    const stream = Object.assign(new PassThrough(), { headers: { 'content-type': 'application/json' } })
    // What `readJson` uses of a request.
    return { stream, read: readJson(stream as unknown as IncomingMessage, timeoutMs) }
  }
  const cut = request()
  cut.stream.write('{')
  cut.stream.emit('aborted')
  await assert.rejects(cut.read, { code: 'http_body_cut' })
  const late = request(1)
  await assert.rejects(late.read, { code: 'http_body_timeout' })
  assert.deepEqual(
    [problemOf(new HttpError('http_body_cut', '')), problemOf(new HttpError('http_body_timeout', ''))].map(
      ({ problem }) => problem.status,
    ),
    [400, 408],
  )
  // Over a socket, the listener survives a client that hangs up in the middle of its body.
  await raw(ports.admin, `${head}Content-Length: 10\r\n\r\n{`)
  assert.equal((await admin('/livez')).status, 200)
})

test('pages escape everything, run nothing, and say so in their headers', async () => {
  for (const target of ['/', '/agreement', `/decisions/${decision}`]) {
    for (const lang of ['en', 'ja']) {
      const response = await pages(`${target}?lang=${lang}`)
      const text = await response.text()
      assert.equal(response.status, 200, text)
      assert.ok(text.includes(`<html lang="${lang}">`))
      assert.ok(!/<script|\u202e/.test(text), target)
      assert.ok(!text.includes('secret-'), target)
      assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/)
      assert.equal(response.headers.get('referrer-policy'), 'no-referrer')
      assert.equal(response.headers.get('cache-control'), 'no-store')
    }
  }
  const page = await (
    await pages(`/decisions/${decision}`, { headers: { 'accept-language': 'ja-JP,en;q=0.5' } })
  ).text()
  assert.match(page, /<h1 class="deny">拒否<\/h1>/)
  assert.match(page, /7\.3/)
  assert.match(page, /JST（|JST\(/)
  assert.match(page, /分野の展開段階/)
})

test('a page that cannot be shown is a page, with its status', async () => {
  const response = await pages('/decisions/%3Cscript%3E')
  assert.equal(response.status, 404)
  assert.match(response.headers.get('content-type') ?? '', /text\/html/)
})

test('a receipt discloses what the page shows', async () => {
  const text = await (await pages(`/decisions/${decision}/receipt`)).text()
  assert.equal(text, 'receipt of 0: kind time agreement decision facts\n')
})

test('the public ledger: its files with their caching, and nothing else', async () => {
  const checkpoint = await pages('/ledger/checkpoint')
  assert.deepEqual([checkpoint.status, checkpoint.headers.get('cache-control')], [200, 'no-cache'])
  assert.equal(checkpoint.headers.get('access-control-allow-origin'), '*')
  const tile = await pages('/ledger/tile/0/000')
  assert.deepEqual(
    [await tile.text(), tile.headers.get('cache-control')],
    ['tile', 'public, max-age=31536000, immutable'],
  )
  assert.equal((await pages('/ledger/statements/3')).status, 200)
  for (const name of [
    '',
    'tile/0/001',
    'tile/0/002',
    'tile/0/x000',
    'tile',
    'secret',
    '../secret',
    'tile/0/000.p/0',
    '.lock',
  ]) {
    const response = await pages(`/ledger/${name}`)
    assert.deepEqual(
      [response.status, /http_file_unknown|http_route_unknown/.test(await response.text())],
      [404, true],
      name,
    )
  }
  const climbing = `GET /ledger/../../secret HTTP/1.1\r\nHost: 127.0.0.1:${ports.console}\r\nConnection: close\r\n\r\n`
  assert.match(await raw(ports.console, climbing), /^HTTP\/1\.1 404/)
})

test('an entry is opened by audit and leads of its institution, for nobody else there is one', async () => {
  fake.principals.set('opener', principalOf('opener', 'mufg', 'operations_lead'))
  fake.principals.set('colleague', principalOf('colleague', 'mufg', 'analyst'))
  const ask = (index: string, bearer: string) =>
    admin(`/v1/entries/${index}`, { headers: { authorization: `Bearer ${bearer}` } })
  const { content } = (await (await ask('0', 'opener')).json()) as { content: { utf8: string } }
  assert.equal(content.utf8, 'secret-prompt 見積')
  for (const [index, bearer] of [
    ['0', 'colleague'],
    ['0', 'stranger'],
    ['99', 'opener'],
    ['-1', 'opener'],
  ] as const) {
    assert.deepEqual(await codeOf(await ask(index, bearer)), [404, 'http_entry_unknown'], index)
  }
  assert.match(await (await admin('/metrics')).text(), /^sekisho_content_opened_total\{what="entry"\} 1$/m)
})

test('a receipt that no checkpoint covers yet says so, with a time to wait', async () => {
  ledger.uncovered = true
  const response = await pages(`/decisions/${decision}/receipt`)
  assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '2'])
  assert.match(await response.text(), /http_receipt_unavailable/)
  ledger.uncovered = false
})

test('an address that is not ours says what to do', async () => {
  // RFC 5737: no machine has it.
  await assert.rejects(
    listen(createConsoleListener({} as never), { host: '203.0.113.1', port: 0 }, 'listen.console'),
    {
      code: 'http_address_refused',
    },
  )
})

test('an address in use says what to do', async () => {
  const other = createConsoleListener({} as never)
  await assert.rejects(
    listen(other, { host: '127.0.0.1', port: ports.admin }, 'listen.console'),
    (error: unknown) => error instanceof HttpError && error.code === 'http_address_in_use',
  )
})

test('every room’s errors have a status, and a defect keeps its message', () => {
  const gone = problemOf(new StorageError('storage_unavailable', 'gone')).problem
  assert.deepEqual([gone.status, gone.code], [503, 'storage_unavailable'])
  assert.equal(problemOf(new ProgrammeError('programme_database_unavailable', 'gone')).problem.status, 503)
  const defect = problemOf(new TypeError('internal detail'))
  assert.deepEqual([defect.problem.status, defect.problem.code, defect.defect], [500, 'http_internal', true])
  assert.ok(!JSON.stringify(defect.problem).includes('internal detail'))
})

test('escaped text cannot leave an attribute or open a tag', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(escapeHtml(text), /[<>"']/)
    }),
  )
})
