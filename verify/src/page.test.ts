/** The page in a real browser: receipts, a ledger, tampered ones, and that its policy lets nothing else run. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findChromium, openPage, type TestPage } from './browser-for-test.ts'
import { cosign, testCosigner } from './cosign-for-test.ts'
import { flipped, testKey, testLedger, vectors } from './fixture.ts'
import { formatVerifierKey, writeTar } from './index.ts'
import { PACK_LOG, testPack } from './pack-for-test.ts'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const TSC = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url))
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
}
const chromium = findChromium()
const required = process.env.CI !== undefined && process.env.CI !== ''
const skip = chromium === null && !required ? 'there is no Chromium here: `apt-get install chromium`' : false
const golden = (name: string) => fileURLToPath(vectors(`golden-ledger/${name}`))
const key = testKey()
const vkey = formatVerifierKey(key.key.name, key.key.publicKey)
const ledgers = new Map([
  ['good', testLedger(key)],
  ['bad', flipped(testLedger(key), 'tile/entries/000', 80)],
])

let dir = ''
let server: Server
let base = ''
let page: TestPage

before(async () => {
  if (skip !== false) return
  assert.ok(chromium !== null, 'CI must have Chromium: the test command installs it with apt where it may')
  dir = mkdtempSync(join(tmpdir(), 'sekisho-page-'))
  execFileSync(TSC, ['-p', join(PACKAGE, 'tsconfig.build.json'), '--outDir', join(dir, 'dist')])
  server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname
    const [, kind = '', ...rest] = path.split('/')
    const name = rest.join('/')
    const bytes =
      kind === 'dist'
        ? readOrNull(join(dir, 'dist', name))
        : kind === 'page'
          ? readOrNull(join(PACKAGE, 'page', name))
          : (ledgers.get(kind)?.get(name) ?? null)
    if (bytes === null) response.writeHead(404).end()
    else
      response
        .writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' })
        .end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  base = `http://127.0.0.1:${address.port}`
  page = await openPage(chromium, `${base}/page/index.html`)
  await page.until("document.documentElement.dataset.ready === 'true'")
})

after(async () => {
  if (skip !== false) return
  await page?.close()
  server?.close()
  server?.closeAllConnections()
  rmSync(dir, { recursive: true, force: true })
})

function readOrNull(file: string): Buffer | null {
  try {
    return readFileSync(file)
  } catch {
    return null
  }
}

async function check(form: string, trust: string, prepare: () => Promise<void>) {
  await page.evaluate(`document.getElementById('trust').value = ${JSON.stringify(trust)}`)
  await prepare()
  await page.evaluate(`document.getElementById('status').dataset.state = 'working'`)
  await page.evaluate(`document.querySelector('#${form} button').click()`)
  await page.until(`document.getElementById('status').dataset.state !== 'working'`)
  return page.evaluate<{ state: string; text: string; findings: string }>(
    `({ state: document.getElementById('status').dataset.state, text: document.getElementById('status').textContent, findings: document.getElementById('findings').innerText })`,
  )
}

const receipt = (trust: string, file: string) =>
  check('receipt-form', trust, () => page.choose('#receipt', file))
const ledger = (trust: string, address: string) =>
  check('ledger-form', trust, () =>
    page.evaluate(`document.getElementById('ledger-url').value = ${JSON.stringify(address)}`),
  )

test('a receipt, good and changed', { skip }, async () => {
  const trust = readFileSync(golden('verifier-key'), 'utf8')
  const good = await receipt(trust, golden('receipts/partial.tlog-proof'))
  assert.deepEqual(
    [good.state, /completed/.test(good.findings), /no policy was given/.test(good.findings)],
    ['good', true, true],
  )
  const changed = join(dir, 'changed.tlog-proof')
  writeFileSync(
    changed,
    readFileSync(golden('receipts/partial.tlog-proof'), 'utf8').replace('index 3', 'index 2'),
  )
  const bad = await receipt(trust, changed)
  assert.deepEqual([bad.state, /proof_root_mismatch/.test(bad.text)], ['failed', true])
  const foreign = await receipt(vkey, golden('receipts/partial.tlog-proof'))
  assert.deepEqual([foreign.state, /note_key_absent/.test(foreign.text)], ['failed', true])
  assert.equal((await receipt('nonsense', golden('receipts/partial.tlog-proof'))).state, 'failed')
})

test('an evidence pack, good and changed', { skip }, async () => {
  const files = await testPack()
  const trust = formatVerifierKey(PACK_LOG.key.name, PACK_LOG.key.publicKey)
  const file = join(dir, 'pack.tar')
  const pack = () => check('pack-form', trust, () => page.choose('#pack', file))
  writeFileSync(file, writeTar(files))
  const good = await pack()
  assert.equal(good.state, 'good', good.text + good.findings)
  writeFileSync(file, writeTar(new Map(files).set('contents/3', Buffer.from('another content!!!'))))
  const bad = await pack()
  assert.deepEqual([bad.state, /pack_file_(size|digest)/.test(bad.text)], ['failed', true])
})

test('a ledger by its address, good and with one byte flipped', { skip }, async () => {
  const good = await ledger(vkey, `${base}/good/`)
  assert.deepEqual([good.state, /300/.test(good.findings)], ['good', true], good.text)
  const bad = await ledger(vkey, '/bad/')
  assert.deepEqual(
    [bad.state, /bundle_entry_mismatch/.test(bad.text), /entry 1/.test(bad.findings)],
    ['failed', true, true],
  )
  assert.match((await ledger(vkey, '/none/')).text, /checkpoint_missing/)
})

test('a policy: Ed25519 is checked, ML-DSA-44 is checked or said not to be, never good unseen', {
  skip,
}, async () => {
  const [ed, pq] = [testCosigner('w.example/ed'), testCosigner('w.example/pq', 41, 'ml-dsa-44')]
  const files = new Map(testLedger(key))
  files.set(
    'witnessed-checkpoint',
    Buffer.from(cosign(Buffer.from(files.get('checkpoint') ?? '').toString(), [ed, pq])),
  )
  ledgers.set('witnessed', files)
  const policy = (quorum: string) =>
    `log ${vkey}\nwitness ed ${ed.vkey}\nwitness pq ${pq.vkey}\nquorum ${quorum}\n`
  const good = await ledger(policy('ed'), '/witnessed/')
  assert.equal(good.state, 'good', good.text + good.findings)
  const word = /ed: good, pq: (good|not checked)/.exec(good.findings)?.[1]
  assert.ok(word !== undefined, good.findings)
  const strict = await ledger(policy('pq'), '/witnessed/')
  assert.equal(strict.state, word === 'good' ? 'good' : 'failed')
  if (word !== 'good') assert.match(strict.text, /quorum_not_reached/)
})

test('the page runs its own scripts and nothing else', { skip }, async () => {
  const html = readFileSync(join(PACKAGE, 'page/index.html'), 'utf8')
  const map = /<script type="importmap">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? ''
  assert.ok(
    html.includes(`'sha256-${createHash('sha256').update(map).digest('base64')}'`),
    'the hash of the import map',
  )
  assert.doesNotMatch(html, /unsafe|<script>|style=| on[a-z]+=/)
  assert.deepEqual(
    page.complaints.filter((text) => !text.includes('404')),
    [],
  )
  const blocked = await page.evaluate<string>(
    `(() => { try { return String(eval('1')) } catch (error) { return error.name } })()`,
  )
  assert.equal(blocked, 'EvalError')
})
