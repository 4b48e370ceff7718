/**
 * Claude Code against the whole server. Only with SEKISHO_TEST_AGENTS=all: it is large and under a licence of its own.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { TESTER } from '../../tour/cast.ts'
import { PROHIBITED_EN } from '../../tour/prompts.ts'
import { type System, startSystem } from '../system.ts'
import { installClaudeCode, runClaudeCode } from './claude-code.ts'

const installed =
  process.env.SEKISHO_TEST_AGENTS === 'all'
    ? await installClaudeCode()
    : { skipped: 'set SEKISHO_TEST_AGENTS=all to install and drive Claude Code' }

describe('claude -p', { skip: 'skipped' in installed ? installed.skipped : false }, () => {
  let system: System
  before(async () => {
    system = await startSystem()
  })
  after(() => system.close())

  const turn = async (who: string, prompt: string) => {
    assert.ok('dir' in installed)
    return runClaudeCode({
      installDir: installed.dir,
      gatewayUrl: system.gatewayUrl,
      model: 'vendor/1',
      token: await system.token(who),
      headers: { 'x-sekisho-purpose': 'e2e' },
      prompt,
    })
  }

  test('a defender is answered', async () => {
    const { exitCode, output } = await turn(
      'smbc-engineer',
      'Write a Sigma rule for repeated failed logins at our bank.',
    )
    assert.equal(exitCode, 0, output)
    assert.notEqual(output.trim(), '')
  })

  test('a denial shows its clause and decision, and reaches no upstream', async () => {
    const calls = system.vendor.requests.length
    const { exitCode, output } = await turn(TESTER, PROHIBITED_EN)
    assert.notEqual(exitCode, 0)
    assert.match(output, /10\.1/)
    assert.match(output, /dec_[0-9a-z]{26}/)
    assert.equal(system.vendor.requests.length, calls)
  })
})
