/** A whole server before witnesses: T3 end to end, a quorum that is lost, a data directory put back. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import {
  formatVerifierKey,
  parseCosignerKey,
  parsePolicy,
  parseVerifierKey,
  utf8,
  verifyReceipt,
  verifyWitnessedReceipt,
} from 'sekisho-verify'
import { runCli } from './cli/index.ts'
import { type Config, loadConfig, loadWitnessConfig } from './config/index.ts'
import { type Announcement, type RunningServer, startServer } from './serve.ts'
import { type RunningWitness, startWitness } from './serve-witness.ts'
import { openServerKeys } from './server-keys.ts'
import { openTestDatabase, type TestDatabase } from './storage/testing.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const ORIGIN = 'sekisho.example/witnessed'

let scratch = ''
let database: TestDatabase
let vkey = ''
const witnesses: RunningWitness[] = []
let server: RunningServer | null = null

before(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), 'sekisho-serve-witnessed-'))
  database = await openTestDatabase({ migrate: false })
  const { checkpoint } = openServerKeys(path.join(scratch, 'data'))
  const { x } = createPublicKey(checkpoint).export({ format: 'jwk' })
  vkey = formatVerifierKey(ORIGIN, Buffer.from(String(x), 'base64url'))
  const agreement = readFileSync(path.join(ROOT, 'agreements/us-japan-2026/agreement.md'), 'utf8')
  writeFileSync(path.join(scratch, 'agreement.md'), agreement.replaceAll('"receipt_t1"', '"receipt_t3"'))
})

after(async () => {
  await server?.stop()
  for (const witness of witnesses) await witness.stop()
  await database.close()
  rmSync(scratch, { recursive: true, force: true })
})

async function openWitness(name: string, port = 0): Promise<RunningWitness> {
  const file = path.join(scratch, `${name}.yaml`)
  const lines = [
    `name: witness.example/${name}`,
    `listen: 127.0.0.1:${port}`,
    `dataDir: ${name}`,
    `logs: [{ key: "${vkey}" }]`,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const witness = await startWitness(loadWitnessConfig(file, { root: scratch, env: {} }))
  witnesses.push(witness)
  return witness
}

function configOf(dataDir: string): Config {
  const text = `
dataDir: ${path.join(scratch, dataDir)}
agreement: agreement.md
programme: { sample: true }
listen: { gateway: "127.0.0.1:0", admin: "127.0.0.1:0", console: "127.0.0.1:0" }
logging: { level: silent }
ledger:
  origin: ${ORIGIN}
  checkpointIntervalMs: 50
  policy: policy.txt
  witnessDeadlineMs: 6000
`.replace('level: silent', 'level: fatal')
  const options = {
    file: path.join(scratch, 'sekisho.yaml'),
    root: ROOT,
    env: { DATABASE_URL: database.url },
  }
  return loadConfig(text, options).config
}

async function sekisho(at: Announcement, ...words: string[]): Promise<string> {
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
  assert.equal(code, 0, err.join('\n'))
  return out.join('\n')
}

function ask(at: Announcement, token: string): Promise<Response> {
  return fetch(`${at.gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'rehearsal/1',
      messages: [
        {
          role: 'user',
          content: 'Summarise these failed logins from our own bastion host for the night shift.',
        },
      ],
    }),
  })
}

test('a T3 clause is served with a quorum, refused without one, and its receipt verifies offline', async () => {
  const [one, two] = [await openWitness('w1'), await openWitness('w2')]
  const policyText = [
    `log ${vkey}`,
    `witness w1 ${one.vkeys[0]} ${one.url}`,
    `witness w2 ${two.vkeys[1]} ${two.url}`,
    'group both all w1 w2',
    'quorum both\n',
  ].join('\n')
  writeFileSync(path.join(scratch, 'policy.txt'), policyText)
  const policy = parsePolicy(utf8(policyText))
  server = await startServer(configOf('data'))
  const at = server.announcement
  assert.equal(at.ledger.verifierKey, vkey)
  const token = await sekisho(at, 'token', '--key', 'mufg-analyst.json')
  const answer = await ask(at, token)
  assert.equal(answer.status, 200, await answer.clone().text())
  const id = answer.headers.get('x-sekisho-receipt') ?? ''
  const receipt = utf8(`${await sekisho(at, 'receipt', 'get', id, '--key', 'mufg-analyst.json')}\n`)
  const { words, disclosed } = await verifyWitnessedReceipt(receipt, policy)
  assert.deepEqual(
    words.map(({ state }) => state),
    ['good', 'good'],
  )
  assert.equal((disclosed.decision as { receipt?: string }).receipt, 'T3')
  await verifyReceipt(receipt, parseVerifierKey(vkey))
  const page = await fetch(`${at.console}/ledger/witnessed-checkpoint`)
  assert.equal(page.status, 200)

  // The earlier copy that a later start will be given.
  const earlier = path.join(scratch, 'earlier')
  cpSync(path.join(scratch, 'data'), earlier, { recursive: true })
  // A copy forgets the modes of directories, as many a restored backup does.
  for (const place of ['', 'ledger', 'keys', 'sample-keys']) chmodSync(path.join(earlier, place), 0o700)
  rmSync(path.join(earlier, 'ledger/lock'), { force: true })

  assert.equal((await ask(at, token)).status, 200)
  await two.stop()
  const refused = await ask(at, token)
  assert.equal(refused.status, 503)
  assert.match(await refused.text(), /gateway_witness_quorum|too few witnesses/)
  await server.stop()
  server = null

  // One witness is down, the other is enough: it shows what our own key signed.
  await assert.rejects(startServer(configOf('earlier')), { code: 'witness_rolled_back' })
})

test('`sekisho witness` from a shell: its address, its keys, an end on SIGTERM; a file with faults names them', async () => {
  const file = path.join(scratch, 'shell.yaml')
  writeFileSync(
    file,
    `name: witness.example/shell\nlisten: 127.0.0.1:0\ndataDir: shell\nlogs: [{ key: "${vkey}" }]\n`,
  )
  const argv = ['--conditions=sekisho-source', path.join(ROOT, 'server/src/main.ts'), 'witness', '--config']
  const child = spawn(process.execPath, [...argv, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (line !== 'ready') continue
    const url = lines[0]?.replace(/^witness +/, '') ?? ''
    const keys = lines.filter((each) => each.startsWith('key')).map((each) => each.replace(/^key +/, ''))
    assert.equal(await (await fetch(url)).text(), `${keys.join('\n')}\n`)
    assert.deepEqual(
      keys.map((key) => parseCosignerKey(key).algorithm),
      ['ed25519', 'ml-dsa-44'],
    )
    child.kill('SIGTERM')
  }
  if (child.exitCode === null) await once(child, 'exit')
  assert.equal(child.exitCode, 0)
  writeFileSync(file, 'name: witness.example/shell\nwitnesses: 3\n')
  const faulty = spawnSync(process.execPath, [...argv, file], { encoding: 'utf8' })
  assert.deepEqual(
    [faulty.status, /shell\.yaml:2: .*config_unknown_key/.test(faulty.stderr)],
    [1, true],
    faulty.stderr,
  )
})

test('a policy file that is none names its line', async () => {
  writeFileSync(path.join(scratch, 'policy.txt'), 'quorum none\nquorum none\n')
  await assert.rejects(startServer(configOf('data')), {
    code: 'policy_quorum_repeated',
    message: /policy\.txt:2: /,
  })
})
