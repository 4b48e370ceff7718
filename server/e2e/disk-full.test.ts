/**
 * No room for evidence: nothing is served, the client is told so in its dialect, and nothing that was promised is lost.
 *
 * The disk is made full by a limit on the size of a file, which fails a write as a full disk does, with EFBIG.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseVerifierKey, verifyLedger } from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'
import { readLedger } from '../../bench/crash-ledger.ts'
import { openDesk } from '../tour/desk.ts'
import { prepareChild, type ServerProcess } from './child.ts'
import { ROOT } from './sample-config.ts'

/** Room for the sample programme and some twenty exchanges of this size. */
const FILE_KB_MAX = 1200
const PADDING_BYTES = 40_000
const ASKED_MAX = 100

async function ask(server: ServerProcess, token: string, number: number) {
  const log = 'sshd[2211]: Accepted publickey for ops port 40211 ssh2. '.repeat(PADDING_BYTES / 56)
  const response = await fetch(`${server.announcement.gateway}/v1/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      model: 'rehearsal/1',
      input: `Summarise this log of our server, case ${number}: ${log}`,
    }),
  })
  const json = (await response.json()) as { error?: { sekisho?: { code?: string } } | null }
  const receipt = /^rcpt-(\d+)$/.exec(response.headers.get('x-sekisho-receipt') ?? '')?.[1]
  return {
    status: response.status,
    code: json.error?.sekisho?.code,
    receipt: receipt === undefined ? null : Number(receipt),
  }
}

const tokenFrom = ({ announcement }: ServerProcess) =>
  openDesk(announcement.admin, ROOT).run(
    'token',
    '--key',
    join(announcement.dataDir, 'sample-keys', 'smbc-engineer.json'),
  )

test('a full disk stops service, not evidence; room makes it serve again', async () => {
  const child = await prepareChild()
  try {
    const full = await child.start(FILE_KB_MAX)
    const token = await tokenFrom(full)
    const served: number[] = []
    let refused = await ask(full, token, 0)
    for (let number = 1; refused.status === 200 && number < ASKED_MAX; number += 1) {
      if (refused.receipt !== null) served.push(refused.receipt)
      refused = await ask(full, token, number)
    }
    assert.ok(served.length > 0, 'nothing was served before the disk was full')
    assert.equal(refused.status, 503)
    assert.equal(refused.code, 'gateway_ledger_unavailable')
    assert.ok(full.running(), 'the process ended')
    await full.stop()

    const roomy = await child.start()
    assert.equal((await ask(roomy, await tokenFrom(roomy), 999)).status, 200)
    await roomy.stop()
    const { dataDir, ledger } = roomy.announcement
    const held = await readLedger(dataDir, ledger.origin)
    for (const index of served) assert.equal(held.outcomes.get(index), 'completed')
    for (const index of held.intents.keys()) assert.ok(held.outcomes.has(index), `intent ${index} is open`)
    await verifyLedger(directoryReader(ledger.publicDir), { key: parseVerifierKey(ledger.verifierKey) })
  } finally {
    await child.close()
  }
})
