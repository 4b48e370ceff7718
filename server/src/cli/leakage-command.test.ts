/** `sekisho leakage`: a line in, a line out; a bad line is typed and stops nothing. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { CliContext } from './command.ts'
import { runCli } from './index.ts'

test('spans are in UTF-16 code units, and a bad line makes the exit code 1', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'sekisho-leakage-'))
  const out: string[] = []
  const context = { cwd: directory, out: (text: string) => out.push(text), err: () => {} }
  try {
    writeFileSync(path.join(directory, 'in.jsonl'), '{"id":"a","text":"😀 電話 ０９０-1234-5678"}\n\nnope\n')
    // Only what this command uses of the context.
    const code = await runCli(['leakage', '--jsonl', 'in.jsonl'], context as unknown as CliContext)
    assert.equal(code, 1)
    assert.deepEqual(JSON.parse(out[0] ?? ''), { id: 'a', spans: [{ type: 'phone_jp', start: 6, end: 19 }] })
    assert.equal(JSON.parse(out[1] ?? '').error.code, 'line_not_json')
    assert.equal(await runCli(['leakage', '--jsonl', 'absent'], context as unknown as CliContext), 1)
  } finally {
    rmSync(directory, { recursive: true })
  }
})
