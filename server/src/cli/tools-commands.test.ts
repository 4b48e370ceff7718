/** `sekisho tools list`: a server that does not come up is named with its reason. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { runCli } from './run.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'sekisho-tools-'))
after(() => rmSync(directory, { recursive: true }))

const FILE = `servers:
  - id: logs
    command: [${JSON.stringify(process.execPath)}, absent.mjs]
    tools:
      - { name: search, effect: read, side: defensive, capability: log_analysis, autonomy: A1, targets: [/host] }
`

test('a server that does not come up: its tools are shown as unusable, and why', async () => {
  writeFileSync(path.join(directory, 'tools.yaml'), FILE)
  const out: string[] = []
  const err: string[] = []
  const code = await runCli(['tools', 'list', '--tools', 'tools.yaml'], {
    env: {},
    cwd: directory,
    root: directory,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    nowMs: () => 0,
    fetch,
    serve: async () => 0,
  })
  assert.equal(code, 1)
  assert.match(out.join('\n'), /logs\.search +read .*server cannot be used/)
  assert.match(err.join('\n'), /`logs` cannot be used: \S+/)
})
