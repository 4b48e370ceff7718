/** Tool calls by structure: programs, targets, effect, and what cannot be known before it runs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBatchItem, readToolCall } from './index.ts'

const programs = (value: unknown) =>
  readToolCall(JSON.stringify(value))?.programs.map(({ binary, effect, targets }) => [
    binary,
    effect,
    targets.map((target) => target.value).join(' '),
  ])

test('every program of a command line is read with its targets', () => {
  assert.deepEqual(programs({ command: 'cd /srv && sudo nmap -sV 192.0.2.0/28 | tee out.txt' }), [
    ['cd', 'unknown', ''],
    ['nmap', 'connects', '192.0.2.0/28'],
    ['tee', 'writes', ''],
  ])
  assert.deepEqual(programs({ command: ['ssh', 'root@198.51.100.77'] }), [
    ['ssh', 'connects', '198.51.100.77'],
  ])
  assert.deepEqual(programs({ cmd: 'C:\\tools\\SQLMap.exe -u "https://portal.example/x"' }), [
    ['sqlmap', 'attacks', 'https://portal.example/x'],
  ])
})

test('JSON inside JSON inside shell inside shell is opened', () => {
  const inner = { command: `bash -lc "sh -c 'hydra -l root ssh://192.0.2.10'"` }
  const call = { name: 'shell', arguments: JSON.stringify({ args: ['bash', '-c', inner.command] }) }
  assert.deepEqual(programs(call), [['hydra', 'attacks', 'ssh://192.0.2.10/']])
})

test('what is decided only when it runs is unparsable', () => {
  for (const command of [
    'curl $(cat host)',
    'echo aGk= | base64 -d | sh',
    '$TOOL 192.0.2.1',
    'eval "$x"',
    'echo "open',
    'nmap `cat hosts`',
  ])
    assert.equal(readToolCall(JSON.stringify({ command }))?.parsable, false, command)
  for (const command of ['ls -la', "grep -c 'Failed password' auth.log", 'git commit -m "a; b"'])
    assert.equal(readToolCall(JSON.stringify({ command }))?.parsable, true, command)
})

test('a call is sided by its gravest program, or by its name', () => {
  const side = (value: unknown) => readBatchItem(JSON.stringify(value)).side
  assert.equal(side({ command: 'ls && npm test' }), 'non_cyber')
  assert.equal(side({ command: 'nmap 192.0.2.1' }), 'dual_use')
  assert.equal(side({ command: 'ls; hashcat -m 1000 h.txt w.txt' }), 'offensive')
  assert.equal(side({ command: 'vssadmin delete shadows /all' }), 'prohibited')
  assert.equal(side({ name: 'deploy_ransomware', arguments: { host: 'a' } }), 'prohibited')
  assert.equal(side({ name: 'get_alerts', arguments: { since: '1h' } }), 'non_cyber')
})

test('no call is no call', () => {
  for (const text of ['hello', '{', '[1,2]', '"x"', 'null', '{"a":1}', `{"command":"${'x'.repeat(70_000)}"}`])
    assert.equal(readToolCall(text), null, text.slice(0, 20))
})
