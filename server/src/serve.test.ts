/** Tests of the whole server: order of start and stop, what survives a crash, and life without the database. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCli } from './cli/index.ts'
import { type Config, loadConfig } from './config/index.ts'
import { type Announcement, type RunningServer, startServer as start } from './serve.ts'
import { StorageError, startEmbeddedPostgres } from './storage/index.ts'
import { openTestDatabase, TEST_SETTINGS, type TestDatabase } from './storage/testing.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const ADDRESSES = 'listen: { gateway: "127.0.0.1:0", admin: "127.0.0.1:0", console: "127.0.0.1:0" }'
const QUIET = 'logging: { level: fatal }'
let scratch: string
const databases: TestDatabase[] = []
const running = new Set<RunningServer>()
before(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'sekisho-serve-'))
})
after(async () => {
  // What a failed test left running would keep the process alive.
  for (const server of running) await server.stop()
  for (const database of databases) await database.close()
  rmSync(scratch, { recursive: true, force: true })
})

async function startServer(config: Config): Promise<RunningServer> {
  const server = await start(config)
  running.add(server)
  return server
}

/** A configuration with a database of its own. */
async function configText(name: string, more = ''): Promise<{ text: string; env: Record<string, string> }> {
  const database = await openTestDatabase({ migrate: false })
  databases.push(database)
  const text = `dataDir: ${path.join(scratch, name)}\nprogramme: { sample: true }\n${ADDRESSES}\n${QUIET}\n${more}`
  return { text, env: { DATABASE_URL: database.url } }
}
const configOf = (text: string, env: Record<string, string> = {}): Config =>
  loadConfig(text, { file: path.join(scratch, 'sekisho.yaml'), root: ROOT, env }).config

interface Spoken {
  readonly code: number
  readonly out: string
  readonly err: string
}
async function sekisho(at: Announcement, ...words: string[]): Promise<Spoken> {
  const out: string[] = []
  const err: string[] = []
  const code = await runCli(words, {
    env: { SEKISHO_ADMIN: at.admin },
    cwd: path.join(at.dataDir, 'sample-keys'),
    root: ROOT,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    nowMs: Date.now,
    fetch,
    serve: () => Promise.reject(new Error('not here')),
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

async function tokenFor(at: Announcement, who = 'mufg-analyst'): Promise<string> {
  const { code, out, err } = await sekisho(at, 'token', '--key', `${who}.json`)
  assert.equal(code, 0, err)
  return out
}

function ask(at: Announcement, token: string, stream = false): Promise<Response> {
  return fetch(`${at.gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'rehearsal/1',
      stream,
      messages: [
        {
          role: 'user',
          content: 'Summarise these failed logins from our own bastion host for the night shift.',
        },
      ],
    }),
  })
}

/** A call to the admin listener with a credential of whoever's key is named. */
async function administer(at: Announcement, target: string, who = 'mufg'): Promise<Response> {
  const minted = await sekisho(at, 'token', '--administration', '--key', `${who}.json`)
  assert.equal(minted.code, 0, minted.err)
  return fetch(`${at.admin}${target}`, { headers: { authorization: `Bearer ${minted.out}` } })
}

const ready = async (at: Announcement) => {
  const response = await fetch(`${at.admin}/readyz`)
  // Members named in docs/spec/http.md §3.
  const { database } = (await response.json()) as { database: string }
  return { status: response.status, database }
}

test('start, serve, stop, start again: nothing is forgotten', async () => {
  const { text, env } = await configText('again')
  const config = configOf(text, env)
  let server = await startServer(config)
  const at = server.announcement
  assert.equal((await ready(at)).status, 200)
  assert.deepEqual(JSON.parse(readFileSync(server.file, 'utf8')), at)
  const token = await tokenFor(at)
  const answer = await ask(at, token)
  assert.equal(answer.status, 200, await answer.text())
  const receipt = answer.headers.get('x-sekisho-receipt') ?? ''
  const decision = answer.headers.get('x-sekisho-decision') ?? ''
  const page = await fetch(`${at.console}/decisions/${decision}`)
  assert.equal(page.status, 200)
  const got = await sekisho(at, 'receipt', 'get', receipt, '--key', 'mufg-analyst.json')
  assert.match(got.out, /^c2sp\.org\/tlog-proof@v1/)
  await assert.rejects(startServer(config), /in use|locked|lock/i)
  await server.stop()
  await server.stop()

  server = await startServer(config)
  const later = server.announcement
  assert.equal(later.ledger.verifierKey, at.ledger.verifierKey)
  assert.equal((await ask(later, token)).status, 200, 'the token outlives the process')
  assert.equal((await fetch(`${later.console}/decisions/${decision}`)).status, 200)
  assert.equal((await ask(later, 'sekisho_no')).status, 401)
  await server.stop()
})

test('the command line: a hold approved by another, a stop and its end, refusals with their code', async () => {
  const { text, env } = await configText('commands')
  const server = await startServer(configOf(text, env))
  const at = server.announcement
  const token = await tokenFor(at)
  const stopped = await sekisho(
    at,
    'stop',
    '--scope',
    'institution',
    '--id',
    'mufg',
    '--reason',
    'drill',
    '--key',
    'provider.json',
  )
  assert.equal(stopped.code, 0, stopped.err)
  assert.equal((await ask(at, token)).status, 400)
  const listed = await sekisho(at, 'stop', 'list', '--json', '--key', 'mufg-lead.json')
  assert.deepEqual(JSON.parse(listed.out).scope, { kind: 'institution', id: 'mufg' })
  const alone = await sekisho(at, 'resume', stopped.out, '--reason', 'over', '--key', 'mufg.json')
  assert.deepEqual([alone.code, /\(statement_threshold_not_met\)$/.test(alone.err)], [1, true], alone.err)

  const foreign = await sekisho(at, 'ledger', 'show', '0', '--key', 'mufg-analyst.json')
  assert.equal(foreign.code, 0, 'statements are public')
  const info = await sekisho(at, 'ledger', 'info', '--key', 'jp.json')
  assert.ok(info.out.includes(at.ledger.verifierKey))

  const revoked = await sekisho(at, 'token', '--key', 'smbc-analyst.json', '--json')
  const { id, token: smbc } = JSON.parse(revoked.out)
  assert.equal((await ask(at, smbc)).status, 200)
  assert.equal((await sekisho(at, 'token', 'revoke', id, '--key', 'mufg-analyst.json')).code, 1)
  assert.equal((await sekisho(at, 'token', 'revoke', id, '--key', 'smbc-analyst.json')).code, 0)
  assert.equal((await ask(at, smbc)).status, 401, 'revoked at once')

  const nobody = await sekisho(at, 'approve', `dec_${'0'.repeat(26)}`, '--key', 'mufg-approver.json')
  assert.match(nobody.err, /\(http_hold_unknown\)$/)
  await server.stop()
})

test('the database goes and comes: requests and stops go on, administration says 503', async () => {
  const directory = path.join(scratch, 'postgres')
  const postgres = await startEmbeddedPostgres({ directory, settings: TEST_SETTINGS, restart: false })
  const text = `dataDir: ${path.join(scratch, 'gone')}\nprogramme: { sample: true }\n${ADDRESSES}\n${QUIET}`
  const config = configOf(text, { DATABASE_URL: postgres.url })
  let server = await startServer(config)
  let at = server.announcement
  const token = await tokenFor(at)
  await postgres.stop()
  await until('the outage is noticed', async () => (await ready(at)).database === 'gone')
  assert.equal((await ready(at)).status, 200)
  const answer = await ask(at, token)
  assert.equal(answer.status, 200, await answer.text())
  const refused = await sekisho(at, 'token', '--key', 'mufg-analyst.json')
  assert.deepEqual([refused.code, /programme_database_unavailable/.test(refused.err)], [1, true], refused.err)
  const stopped = await sekisho(at, 'stop', '--scope', 'all', '--reason', 'drill', '--key', 'provider.json')
  assert.equal(stopped.code, 0, stopped.err)
  assert.equal((await ask(at, token)).status, 400)

  // A restart during the outage starts, too, and catches up when the database is back.
  await server.stop()
  server = await startServer(config)
  at = server.announcement
  assert.deepEqual([(await ready(at)).status, (await ready(at)).database], [200, 'gone'])
  const back = await startEmbeddedPostgres({ directory, settings: TEST_SETTINGS, restart: false })
  await until('the database is back', async () => (await ready(at)).database === 'reachable')
  const decision = answer.headers.get('x-sekisho-decision') ?? ''
  await until(
    'what was missed is projected',
    async () => (await administer(at, `/v1/decisions/${decision}`)).status === 200,
  )
  assert.equal((await ask(at, token)).status, 400, 'the stop holds')
  await tokenFor(at)
  await server.stop()
  await back.stop()
})

test('killed with -9 in the middle of a stream: the next start closes it as ambiguous and serves', async () => {
  const { text, env } = await configText('killed')
  const file = path.join(scratch, 'killed.yaml')
  writeFileSync(file, `${text}\ndatabase: { kind: url, url: "\${file:killed.url}" }`)
  writeFileSync(path.join(scratch, 'killed.url'), env.DATABASE_URL ?? '')
  const child = spawn(
    process.execPath,
    ['--conditions=sekisho-source', path.join(import.meta.dirname, 'serve-for-test.ts'), file],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let at: Announcement | null = null
  for await (const line of createInterface({ input: child.stdout })) {
    at = JSON.parse(readFileSync(line, 'utf8')) as Announcement
    break
  }
  assert.ok(at)
  const token = await tokenFor(at)
  const stream = await ask(at, token, true)
  const decision = stream.headers.get('x-sekisho-decision') ?? ''
  const reader = stream.body?.getReader()
  await reader?.read()
  child.kill('SIGKILL')
  await once(child, 'exit')
  await reader?.cancel().catch(() => undefined)

  const server = await startServer(configOf(text, env))
  const view = await administer(server.announcement, `/v1/decisions/${decision}`)
  const { outcome } = (await view.json()) as { outcome: { end: string } }
  assert.equal(outcome.end, 'ambiguous')
  assert.equal((await ask(server.announcement, token)).status, 200)
  await server.stop()
})

test('SIGTERM’s way with a stream open: the outcome is recorded, and the last checkpoint covers everything', async () => {
  const { text, env } = await configText('drain', 'shutdownGraceMs: 0')
  const server = await startServer(configOf(text, env))
  const at = server.announcement
  const stream = await ask(at, await tokenFor(at), true)
  const reader = stream.body?.getReader()
  await reader?.read()
  const stopping = server.stop()
  let rest = ''
  for (;;) {
    const step = await reader?.read().catch(() => undefined)
    if (step?.value === undefined) break
    rest += Buffer.from(step.value).toString()
  }
  await stopping
  assert.ok(!rest.includes('[DONE]'), 'a cut stream never ends cleanly')
  const [, size] = readFileSync(path.join(at.ledger.publicDir, 'checkpoint'), 'utf8').split('\n')
  const again = await startServer(configOf(text, env))
  const { ledger } = (await (await administer(again.announcement, '/v1/programme', 'jp')).json()) as {
    ledger: { size: number }
  }
  assert.equal(ledger.size, Number(size), 'nothing was left to close, nothing was left unsigned')
  await again.stop()
})

test('sample keys are refused on any other listener than loopback', async () => {
  const { text, env } = await configText('exposed')
  const config = configOf(text, env)
  const exposed = { ...config, listen: { ...config.listen, gateway: { host: '0.0.0.0', port: 0 } } }
  await assert.rejects(startServer(exposed), { code: 'programme_sample_keys_exposed' })
  // The refusal left nothing behind: the same data directory starts.
  const server = await startServer(config)
  await server.stop()
})

test('a data directory, ledger or key that others can open is refused with the command that closes it', async () => {
  const { text, env } = await configText('open')
  const config = configOf(text, env)
  await (await startServer(config)).stop()
  const at = (name: string): string => path.join(scratch, 'open', name)
  // Made by the first exchange; empty it holds no key.
  writeFileSync(at('keys/escrow.jsonl'), '', { mode: 0o600 })
  for (const [place, mode] of [
    ['keys/escrow.jsonl', 0o640],
    ['', 0o755],
    ['ledger', 0o750],
    ['keys', 0o701],
    ['keys/checkpoint.pem', 0o644],
    ['sample-keys', 0o755],
    ['sample-keys/jp.json', 0o604],
  ] as const) {
    const good = statSync(at(place)).mode
    chmodSync(at(place), mode)
    await assert.rejects(startServer(config), { code: 'place_exposed', message: /`chmod (700|600) / }, place)
    chmodSync(at(place), good)
  }
  await (await startServer(config)).stop()
})

test('a start that fails half-way lets go of everything', async () => {
  const { text, env } = await configText('taken')
  const config = configOf(text, env)
  const first: RunningServer = await startServer(config)
  const port = Number(new URL(first.announcement.console).port)
  const other = await configText('taken-2')
  const clash = configOf(other.text, other.env)
  const taken = { ...clash, listen: { ...clash.listen, gateway: { host: '127.0.0.1', port } } }
  await assert.rejects(startServer(taken), { code: 'http_address_in_use' })
  await assert.rejects(
    startServer({ ...clash, ledger: { ...clash.ledger, origin: 'another/log' } }),
    (error: unknown) => error instanceof Error && 'code' in error,
  )
  const second = await startServer(clash)
  await second.stop()
  await first.stop()
})

test('a database of another ledger is refused', async () => {
  const { text, env } = await configText('mine')
  const server = await startServer(configOf(text, env))
  await server.stop()
  const other = await configText('theirs', 'ledger: { origin: other/log }')
  await assert.rejects(
    startServer(configOf(other.text, env)),
    (error: unknown) => error instanceof StorageError && error.code === 'storage_foreign_ledger',
  )
})

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (await done()) return
    await sleep(20)
  }
  assert.fail(`never: ${what}`)
}
