/**
 * Codex CLI against the whole server: an answered turn and a denied one, tokens minted by the real command.
 *
 * Skipped with its reason where Codex cannot be installed, or where SEKISHO_TEST_AGENTS=off says not to try.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ENGAGEMENT, TESTER } from '../../tour/cast.ts'
import { PROHIBITED_EN } from '../../tour/prompts.ts'
import { ROOT } from '../sample-config.ts'
import { type System, startSystem } from '../system.ts'
import { installCodex, runCodex } from './codex.ts'

const installed =
  process.env.SEKISHO_TEST_AGENTS === 'off' ? { skipped: 'SEKISHO_TEST_AGENTS=off' } : await installCodex()

describe('codex exec', { skip: 'skipped' in installed ? installed.skipped : false }, () => {
  let system: System
  before(async () => {
    system = await startSystem()
  })
  after(() => system.close())

  const turn = (who: string, prompt: string, headers: Record<string, string> = {}) => {
    assert.ok('dir' in installed)
    const main = join(ROOT, 'server/src/main.ts')
    const admin = system.announcement.admin
    return runCodex({
      codexDir: installed.dir,
      gatewayUrl: system.gatewayUrl,
      model: 'vendor/1',
      tokenCommand: [
        process.execPath,
        '--conditions=sekisho-source',
        main,
        'token',
        ...['--key', system.keyOf(who), '--admin', admin],
      ],
      headers: { 'x-sekisho-purpose': 'e2e', ...headers },
      prompt,
    })
  }

  test('a defender is answered', async () => {
    const { exitCode, answer, transcript } = await turn(
      'smbc-engineer',
      'Say which lines of this log of our mail gateway need follow-up: sshd[2211]: Failed password for invalid user backup',
    )
    assert.equal(exitCode, 0, transcript)
    assert.notEqual(answer.trim(), '')
    assert.equal(system.vendor.requests.length, 1)
    const sent = JSON.parse(system.vendor.requests[0]?.body ?? '{}') as {
      store?: boolean
      safety_identifier?: string
    }
    assert.equal(sent.store, false)
  })

  test('a denial ends the turn at once, with clause and decision on the screen, and is not sent again', async () => {
    const size = await system.ledgerSize()
    const { exitCode, transcript } = await turn(TESTER, PROHIBITED_EN, { 'x-sekisho-engagement': ENGAGEMENT })
    assert.notEqual(exitCode, 0)
    assert.match(transcript, /10\.1/)
    assert.match(transcript, /dec_[0-9a-z]{26}/)
    // One intent and its outcome: Codex did not try again.
    assert.equal(await system.ledgerSize(), size + 2)
    assert.equal(system.vendor.requests.length, 1)
  })
})
