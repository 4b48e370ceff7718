/** Tests of the process itself: how it ends when nobody reads what it says. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { test } from 'node:test'

test('a reader that has read enough is no failure, and leaves no trace', async () => {
  const main = path.join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, ['--conditions=sekisho-source', main, 'config', 'reference'])
  child.stdout.destroy()
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const [code] = await once(child, 'close')
  assert.deepEqual([code, said], [0, ''])
})
