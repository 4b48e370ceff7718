/** Every way a command fails, by its code: programs that embed the commands branch on it. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { newDecisionId } from '../base/index.ts'
import { generateKeyPair, writeKeyFile } from '../identity/index.ts'
import { readArguments } from './arguments.ts'
import type { CliContext } from './command.ts'
import { CliError, type CliErrorCode } from './error.ts'
import { COMMANDS } from './run.ts'
import { heldAnswer } from './testing.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'sekisho-codes-'))
after(() => rmSync(directory, { recursive: true, force: true }))
const key = generateKeyPair()
writeKeyFile(path.join(directory, 'a.json'), { programme: 'p', holder: { kind: 'actor', id: 'a' }, key })
writeFileSync(path.join(directory, 'not.json'), '{')

/** What the server is to answer, by path; null: it is not there. */
let answers: Readonly<Record<string, readonly [status: number, body: unknown]>> | null = {}
const MINTED = [201, { token: 't', id: 'adm_1', expires_at_ms: 1 }] as const

const context: CliContext = {
  env: {},
  cwd: directory,
  root: directory,
  out: () => undefined,
  err: () => undefined,
  nowMs: () => 0,
  ask: async () => 'no',
  fetch: async (url) => {
    if (answers === null) throw new TypeError('fetch failed')
    const [status, body] = answers[new URL(String(url)).pathname] ?? [404, {}]
    return new Response(JSON.stringify(body), { status })
  },
  serve: () => Promise.reject(new TypeError('not here')),
}

async function codeOf(
  words: readonly string[],
  more: Partial<CliContext> = {},
): Promise<CliErrorCode | null> {
  const command = COMMANDS.findLast((each) => words.join(' ').startsWith(each.name))
  assert.ok(command, words.join(' '))
  try {
    const args = readArguments(command, words.slice(command.name.split(' ').length))
    await command.run(args, { ...context, ...more })
    return null
  } catch (error) {
    assert.ok(error instanceof CliError, String(error))
    return error.code
  }
}

test('a command line that is none', async () => {
  for (const words of [
    ['resume'],
    ['resume', 'x', '--reason', 'r'],
    ['stop', '--scope', 'moon', '--reason', 'r'],
  ]) {
    assert.equal(await codeOf(words), 'cli_usage')
  }
})

test('a key file that is not there, and a credential that is none', async () => {
  assert.equal(await codeOf(['token', '--key', 'none.json']), 'cli_key_file')
  assert.equal(await codeOf(['stop', 'list']), 'cli_key_file')
  assert.equal(await codeOf(['stop', 'list'], { env: { SEKISHO_ADMIN_TOKEN: 'nothing' } }), 'cli_key_file')
})

test('a file that cannot be used', async () => {
  assert.equal(await codeOf(['statement', 'submit', 'not.json']), 'cli_file')
  assert.equal(await codeOf(['statement', 'sign', 'none.json', '--key', 'a.json']), 'cli_file')
})

test('a server that is not there, refuses, or says something else', async () => {
  answers = null
  assert.equal(await codeOf(['token', '--key', 'a.json']), 'cli_server_unreachable')
  answers = {}
  assert.equal(await codeOf(['token', '--key', 'a.json']), 'cli_server_refused')
  answers = { '/v1/tokens': [201, { token: 1 }] }
  assert.equal(await codeOf(['token', '--key', 'a.json']), 'cli_answer_malformed')
})

test('a question that is not answered with yes', async () => {
  const id = newDecisionId()
  const hold = heldAnswer(id)
  answers = { '/v1/tokens': MINTED, [`/v1/holds/${id}`]: [200, hold] }
  assert.equal(await codeOf(['approve', id, '--key', 'a.json']), 'cli_not_confirmed')
})

test('a held request is shown word for word, without what steers a terminal', async () => {
  const id = newDecisionId()
  const hold = heldAnswer(id)
  const utf8 = '{"input":"見積\\u001b[2J\u202e"}'
  answers = {
    '/v1/tokens': MINTED,
    [`/v1/holds/${id}`]: [200, hold],
    [`/v1/holds/${id}/content`]: [200, { content: { utf8 } }],
  }
  const out: string[] = []
  const more = { out: (text: string) => void out.push(text) }
  assert.equal(await codeOf(['hold', 'show', id, '--key', 'a.json'], more), null)
  assert.deepEqual(out, ['{\n  "input": "見積\\u001b[2J\ufffd"\n}'])
  assert.equal(await codeOf(['hold', 'show', id, '--raw', '--key', 'a.json'], more), null)
  assert.equal(out[1], utf8)
})
