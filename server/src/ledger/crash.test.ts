/** Processes that are killed, starved or doubled. The bench runs the same trials by the hundred. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runCrashTrials } from './crash-trial.ts'
import { openTest, scratchDir } from './fixture.ts'

const CHILD = fileURLToPath(new URL('./crash-child.ts', import.meta.url))

test('ten kills under load: no acknowledged entry lost, no checkpoint broken', async () => {
  using scratch = scratchDir()
  const result = await runCrashTrials({
    dir: scratch.dir,
    trials: 10,
    killAfterMs: (trial) => 20 + trial * 23,
  })
  assert.ok(result.acknowledged > 100, `only ${result.acknowledged} entries were acknowledged`)
  assert.deepEqual([result.lost, result.forks], [0, 0])
})

test('a second process is refused while the first lives, and let in the moment it is killed', async () => {
  using scratch = scratchDir()
  const child = spawn(process.execPath, ['--conditions=sekisho-source', CHILD, scratch.dir, '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.stdout.resume()
  await assert.rejects(openTest(scratch.dir), {
    code: 'ledger_locked',
    message: new RegExp(`"pid":${child.pid}`),
  })
  const ended = once(child, 'close')
  child.kill('SIGKILL')
  await ended
  await (await openTest(scratch.dir)).close()
})

const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0
const noPrlimit = 'prlimit (util-linux) is not installed'

test('a file-size limit: refused, alive, and on again once it is lifted', {
  skip: hasPrlimit ? false : noPrlimit,
}, async () => {
  using scratch = scratchDir()
  const command = `ulimit -S -f 256; exec "${process.execPath}" --conditions=sekisho-source "${CHILD}" "${scratch.dir}" 4`
  const child = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const until = async (condition: () => boolean) => {
    while (!condition()) {
      assert.equal(child.exitCode, null, 'the process must survive the limit')
      assert.equal(child.signalCode, null, 'the process must survive the limit')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  try {
    await until(() => output.includes('refused'))
    const before = acknowledged(output)
    assert.equal(spawnSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:unlimited']).status, 0)
    await until(() => acknowledged(output) > before + 20)
  } finally {
    const ended = once(child, 'close')
    child.kill('SIGKILL')
    await ended
  }
  const ledger = await openTest(scratch.dir)
  assert.ok(ledger.size() >= acknowledged(output))
  for await (const entry of ledger.entries(0))
    assert.ok(entry.class === 'statement' || entry.fields !== 'unavailable')
  await ledger.close()
})

function acknowledged(output: string): number {
  return output.split('\n').filter((line) => /^\d+ [0-9a-f]{64}$/.test(line)).length
}
