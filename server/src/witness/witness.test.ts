/** The witness over HTTP, statement by statement of c2sp.org/tlog-witness. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  formatNote,
  parseCheckpoint,
  parseCosignerKey,
  parseNote,
  utf8,
  verifyCosignatures,
} from 'sekisho-verify'
import { createFakeClock } from '../base/index.ts'
import { formatAddCheckpoint, parseAddCheckpoint } from './add-checkpoint.ts'
import { ORIGIN, type RunningWitness, scratch, startWitness, TestLog } from './testing.ts'

const log = new TestLog()

async function add(witness: RunningWitness, body: string | Uint8Array) {
  const response = await fetch(`${witness.url}/add-checkpoint`, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
  })
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() }
}

async function statusOf(witness: RunningWitness, body: string | Uint8Array): Promise<number> {
  return (await add(witness, body)).status
}

const shown = (witness: RunningWitness, origin = ORIGIN) =>
  fetch(`${witness.url}/${createHash('sha256').update(origin).digest('hex')}/checkpoint`)

test('a first checkpoint, the same again, a longer one; the answer is a cosignature and nothing else', async () => {
  await using witness = await startWitness({ logs: [log.vkey] })
  assert.equal((await shown(witness)).status, 404)
  for (const [oldSize, size] of [
    [0, 5],
    [5, 5],
    [5, 12],
    [12, 12],
  ] as const) {
    const answer = await add(witness, await log.request(oldSize, size))
    assert.deepEqual(
      [answer.status, answer.body.match(/^— witness\.example\/w1 [A-Za-z0-9+/=]+\n$/)?.length],
      [200, 1],
    )
    const note = utf8(`${log.checkpoint(size)}${answer.body}`)
    const [found] = await verifyCosignatures(parseNote(note), parseCheckpoint(note), [
      parseCosignerKey(witness.vkey),
    ])
    assert.equal(found?.state, 'good')
    assert.equal(
      await (await shown(witness)).text(),
      Buffer.from(note).toString(),
      'log signature and cosignature',
    )
  }
  assert.equal(await (await fetch(`${witness.url}/`)).text(), `${witness.vkey}\n`)
})

test('both kinds of cosignature at once', async () => {
  await using witness = await startWitness({ logs: [log.vkey], algorithms: ['ed25519', 'ml-dsa-44'] })
  const answer = await add(witness, await log.request(0, 3))
  const note = utf8(`${log.checkpoint(3)}${answer.body}`)
  const keys = witness.service.cosigners.map(({ key }) => key)
  const found = await verifyCosignatures(parseNote(note), parseCheckpoint(note), keys)
  assert.deepEqual(
    found.map(({ state, key }) => `${key.algorithm} ${state}`),
    ['ed25519 good', 'ml-dsa-44 good'],
  )
})

test('409 names the size it has, with its own media type, whatever was asked', async () => {
  await using witness = await startWitness({ logs: [log.vkey] })
  for (const oldSize of [1, 4, 7]) {
    const answer = await add(witness, await log.request(oldSize, 7))
    assert.deepEqual(answer, { status: 409, type: 'text/x.tlog.size', body: '0\n' })
  }
  assert.equal(await statusOf(witness, await log.request(0, 7)), 200)
  for (const [oldSize, size] of [
    [0, 7],
    [0, 9],
    [6, 9],
    [8, 9],
    [0, 3],
  ] as const) {
    const answer = await add(witness, await log.request(oldSize, size))
    assert.deepEqual(answer, { status: 409, type: 'text/x.tlog.size', body: '7\n' }, `${oldSize} ${size}`)
  }
})

test('404 for an unknown log, 403 for no good signature of a trusted key', async () => {
  await using witness = await startWitness({ logs: [log.vkey] })
  assert.equal(await statusOf(witness, await new TestLog(3, 'other.example/log').request(0, 3)), 404)
  assert.equal(await statusOf(witness, await new TestLog(4).request(0, 3)), 403)
  const good = await log.request(0, 3)
  assert.equal(await statusOf(witness, good.replace('\n3\n', '\n4\n')), 403, 'a trusted key, a bad signature')
  // An unknown key beside the trusted one is ignored, and is not repeated.
  const stranger = `${good}${log.checkpoint(3).split('\n').at(-2)?.replace(ORIGIN, 'stranger.example')}\n`
  assert.equal(await statusOf(witness, stranger), 200)
  assert.doesNotMatch(await (await shown(witness)).text(), /stranger/)
})

test('several keys of one log: any of them will do', async () => {
  const next = new TestLog(5)
  await using witness = await startWitness({ logs: [log.vkey, next.vkey] })
  assert.equal(await statusOf(witness, await log.request(0, 3)), 200)
  assert.equal(await statusOf(witness, await next.request(3, 4)), 200)
})

test('400 for what is no request, and for an old size above the checkpoint', async () => {
  await using witness = await startWitness({ logs: [log.vkey] })
  const good = await log.request(0, 3)
  const checkpoint = log.checkpoint(3)
  const hash = Buffer.alloc(32).toString('base64')
  const bad = [
    '',
    'old 0',
    'old 0\n',
    checkpoint,
    good.replace('old 0', 'old  0'),
    good.replace('old 0', 'old 00'),
    good.replace('old 0', 'old -1'),
    good.replace('old 0', 'Old 0'),
    good.replace('old 0', 'old 0 '),
    good.replace('old 0\n', 'old 0\r\n'),
    good.replace('old 0', 'old 99999999999999999999'),
    `old 0\nnonsense\n\n${checkpoint}`,
    `old 0\n${Buffer.alloc(31).toString('base64')}\n\n${checkpoint}`,
    `old 0\n${hash.slice(0, -1)}\n\n${checkpoint}`,
    `old 0\n${`${hash}\n`.repeat(64)}\n${checkpoint}`,
    `old 0\n\n${checkpoint.slice(0, -1)}`,
    `old 0\n\n${checkpoint.replace('\n3\n', '\n03\n')}`,
    Buffer.concat([Buffer.from(good), Buffer.of(0xff)]),
  ]
  for (const body of bad) assert.equal(await statusOf(witness, body), 400, String(body).slice(0, 60))
  assert.equal(
    await statusOf(witness, formatAddCheckpoint({ oldSize: 4, proof: [], checkpoint: utf8(checkpoint) })),
    400,
  )
  assert.equal(await statusOf(witness, good), 200)
})

test('422 for every proof that does not lead there, and nothing is remembered of it', async () => {
  await using witness = await startWitness({ logs: [log.vkey] })
  const checkpoint = utf8(log.checkpoint(7))
  const zero = Buffer.alloc(32)
  assert.equal(
    await statusOf(witness, formatAddCheckpoint({ oldSize: 0, proof: [zero], checkpoint })),
    422,
    'from nothing',
  )
  const emptyWithRoot = log.sign(`${ORIGIN}\n0\n${zero.toString('base64')}\n`)
  assert.equal(
    await statusOf(witness, formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint: utf8(emptyWithRoot) })),
    422,
  )
  assert.equal(await statusOf(witness, await log.request(0, 0)), 200, 'a log without entries')
  assert.equal(await statusOf(witness, await log.request(0, 7)), 200)
  const proof = await log.proof(7, 12)
  const next = utf8(log.checkpoint(12))
  const wrong = [
    [],
    proof.slice(1),
    [...proof, zero],
    proof.map((hash, i) => (i === 0 ? zero : hash)),
    [...proof].reverse(),
  ]
  for (const each of wrong)
    assert.equal(
      await statusOf(witness, formatAddCheckpoint({ oldSize: 7, proof: each, checkpoint: next })),
      422,
    )
  assert.equal(await statusOf(witness, await log.request(7, 12, 3)), 422, 'a fork with its own proof')
  assert.equal(await statusOf(witness, await log.request(7, 7, 3)), 422, 'another tree of the same size')
  assert.equal(
    await statusOf(witness, formatAddCheckpoint({ oldSize: 7, proof: [zero], checkpoint })),
    422,
    'a proof of nothing',
  )
  assert.equal(await statusOf(witness, await log.request(7, 12)), 200)
})

test('methods, paths and bodies that are not served', async () => {
  await using witness = await startWitness({ logs: [log.vkey] })
  assert.equal((await fetch(`${witness.url}/add-checkpoint`)).status, 405)
  assert.equal((await fetch(`${witness.url}/`, { method: 'POST' })).status, 405)
  assert.equal((await fetch(`${witness.url}/sign-subtree`, { method: 'POST' })).status, 404)
  assert.equal((await fetch(`${witness.url}/..%2fstate`)).status, 404)
  const large = await fetch(`${witness.url}/add-checkpoint`, {
    method: 'POST',
    body: 'x'.repeat(300_000),
  }).catch(() => null)
  assert.ok(large === null || large.status === 413)
})

test('it remembers across a restart, and what it holds is durable before it answers', async () => {
  const dataDir = scratch()
  try {
    const first = await startWitness({ logs: [log.vkey], dataDir })
    assert.equal(await statusOf(first, await log.request(0, 7)), 200)
    const state = join(dataDir, 'state')
    assert.deepEqual(readdirSync(state).length, 1)
    assert.equal(statSync(join(dataDir, 'keys/ed25519.pem')).mode & 0o777, 0o600)
    await first.stop()
    const second = await startWitness({ logs: [log.vkey], dataDir })
    assert.equal(second.vkey, first.vkey)
    assert.equal(await statusOf(second, await log.request(0, 7, 3)), 409)
    assert.equal(await statusOf(second, await log.request(7, 12, 3)), 422)
    await second.stop()
    // A record that was not cosigned here is not believed.
    const file = join(state, readdirSync(state)[0] ?? '')
    writeFileSync(file, readFileSync(file, 'utf8').replace('\n7\n', '\n6\n'))
    await assert.rejects(startWitness({ logs: [log.vkey], dataDir }), { code: 'witness_state_corrupt' })
    writeFileSync(file, log.checkpoint(7))
    await assert.rejects(startWitness({ logs: [log.vkey], dataDir }), { code: 'witness_state_corrupt' })
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
})

test('without a durable record there is no cosignature, not even when the disk is well again', async () => {
  await using witness = await startWitness({ logs: [log.vkey] })
  assert.equal(await statusOf(witness, await log.request(0, 3)), 200)
  const state = join(witness.dataDir, 'state')
  renameSync(state, `${state}.away`)
  writeFileSync(state, 'a file where the directory was')
  const refused = await add(witness, await log.request(3, 5))
  assert.deepEqual([refused.status, /—/.test(refused.body)], [500, false])
  rmSync(state)
  renameSync(`${state}.away`, state)
  assert.equal(await statusOf(witness, await log.request(3, 5)), 500)
})

test('of two requests at once for different futures, one is cosigned', async () => {
  await using witness = await startWitness({ logs: [log.vkey] })
  assert.equal(await statusOf(witness, await log.request(0, 4)), 200)
  const requests = await Promise.all(
    [5, 6, 7, 8, 9, 10].map((size) => log.request(4, size, size % 2 ? 4 : Infinity)),
  )
  const statuses = await Promise.all(requests.map((body) => statusOf(witness, body)))
  assert.deepEqual([...statuses].sort(), [200, 409, 409, 409, 409, 409])
})

test('a second process on the same state refuses to start', async () => {
  await using witness = await startWitness({ logs: [log.vkey] })
  await assert.rejects(startWitness({ logs: [log.vkey], dataDir: witness.dataDir }), {
    code: 'ledger_locked',
  })
})

test('a clock that steps back: times never go back, and a large step silences it', async () => {
  const clock = createFakeClock(1_800_000_000_000)
  await using witness = await startWitness({ logs: [log.vkey], clock })
  const timeIn = async (oldSize: number, size: number) => {
    const { status, body } = await add(witness, await log.request(oldSize, size))
    if (status !== 200) return status
    const [line] = parseNote(utf8(formatNote('x\n', []) + body)).signatures
    return new DataView(Uint8Array.from(line?.signature ?? []).buffer).getBigUint64(0)
  }
  assert.equal(await timeIn(0, 1), 1_800_000_000n)
  clock.setWall(1_799_999_995_000)
  assert.equal(await timeIn(1, 2), 1_800_000_000n)
  clock.setWall(1_799_999_000_000)
  assert.equal(await timeIn(2, 3), 503)
  clock.setWall(1_800_000_050_000)
  assert.equal(await timeIn(2, 3), 1_800_000_050n)
})

test('a request reads back as it was written', async () => {
  const written = await log.request(5, 12)
  const request = parseAddCheckpoint(utf8(written))
  assert.ok(typeof request === 'object')
  assert.deepEqual([request.oldSize, request.proof.length], [5, (await log.proof(5, 12)).length])
  assert.equal(formatAddCheckpoint(request), written)
})

test('a directory or a key that other accounts can open is refused', async () => {
  const dataDir = scratch()
  try {
    chmodSync(dataDir, 0o755)
    await assert.rejects(startWitness({ logs: [log.vkey], dataDir }), { code: 'place_exposed' })
    chmodSync(dataDir, 0o700)
    await (await startWitness({ logs: [log.vkey], dataDir })).stop()
    chmodSync(join(dataDir, 'keys/ed25519.pem'), 0o644)
    await assert.rejects(startWitness({ logs: [log.vkey], dataDir }), { code: 'place_exposed' })
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
})

test('a log key that is none, and a name that is none', async () => {
  await assert.rejects(startWitness({ logs: ['nonsense'] }), { code: 'witness_log_malformed' })
  await assert.rejects(startWitness({ logs: [], name: 'with space' }), { code: 'witness_key_malformed' })
})
