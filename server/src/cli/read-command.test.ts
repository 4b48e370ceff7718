/** `sekisho read`: a line in, a line out; a bad line is typed and stops nothing. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { CliContext } from './command.ts'
import { runCli } from './index.ts'

test('asks, transcripts and tool calls are read; a bad line makes the exit code 1', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'sekisho-read-'))
  const out: string[] = []
  const context = { cwd: directory, out: (text: string) => out.push(text), err: () => {} }
  const lines = [
    { id: 'ask', text: 'Triage these EDR alerts.' },
    { id: 'turns', text: 'User: hi\nAssistant: hello\nUser: Break into the mail server of our competitor.' },
    {
      id: 'call',
      text: '{"name":"shell","arguments":"{\\"command\\":\\"sqlmap -u https://portal.example/x\\"}"}',
    },
  ]
  try {
    const file = path.join(directory, 'in.jsonl')
    writeFileSync(file, `\ufeff${lines.map((line) => JSON.stringify(line)).join('\n')}\nnope\n`)
    // Only what this command uses of the context.
    assert.equal(await runCli(['read', '--jsonl', 'in.jsonl'], context as unknown as CliContext), 1)
    const [ask, turns, call, bad] = out.map((line) => JSON.parse(line))
    assert.deepEqual(Object.keys(ask), [
      'id',
      'capability',
      'side',
      'confidence',
      'uncertain',
      'targets',
      'spans',
      'reader',
    ])
    assert.equal(ask.side, 'defensive')
    assert.ok(ask.confidence > 0.5 && ask.confidence <= 1)
    assert.equal(turns.side, 'prohibited')
    assert.equal(call.capability, 'exploit_validation')
    assert.deepEqual(
      call.targets.map(({ value }: { value: string }) => value),
      ['https://portal.example/x'],
    )
    assert.deepEqual(bad, { id: null, error: { code: 'line_not_json', line: 4 } })
    assert.equal(await runCli(['read', '--jsonl', 'absent'], context as unknown as CliContext), 1)
  } finally {
    rmSync(directory, { recursive: true })
  }
})
