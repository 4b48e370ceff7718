/**
 * A stop holds everywhere when it returns: nothing more is accepted, and what was open ends with its dialect's own
 * failure, never with a clean close.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  type Ask,
  askChat,
  askChatStream,
  askMessages,
  askMessagesStream,
  askResponses,
  askResponsesStream,
} from '../tour/ask.ts'
import { DEFENDERS, PROVIDER, RESUMERS } from '../tour/cast.ts'
import { DETECTION_RULE_EN } from '../tour/prompts.ts'
import { type System, startSystem } from './system.ts'

const STREAMS: Readonly<Record<string, Ask>> = {
  responses: askResponsesStream,
  chat: askChatStream,
  messages: askMessagesStream,
}

let system: System
before(async () => {
  // An answer of some fifty pieces then lasts far longer than a stop takes.
  system = await startSystem({ chunkDelayMs: 50 })
})
after(() => system.close())

const question = async (who: string, onPiece?: () => void) => ({
  gatewayUrl: system.gatewayUrl,
  token: await system.token(who),
  model: 'rehearsal/1',
  prompt: DETECTION_RULE_EN,
  ...(onPiece === undefined ? {} : { onPiece }),
})

const keys = (names: readonly string[]) => names.flatMap((name) => ['--key', system.keyOf(name)])
const stop = (scope: string, id: string, names: readonly string[]) =>
  system.desk.run(
    'stop',
    '--scope',
    scope,
    ...(id === '' ? [] : ['--id', id]),
    '--reason',
    'e2e',
    ...keys(names),
  )

/** Resolves once text has arrived; `end` resolves when the answer is over. */
async function openStream(ask: Ask, who: string) {
  let begun = (): void => {}
  const first = new Promise<void>((resolve) => {
    begun = resolve
  })
  const end = ask(await question(who, () => begun()))
  await Promise.race([first, end])
  return { end }
}

describe('an open stream is ended by a stop of its model', () => {
  for (const [dialect, ask] of Object.entries(STREAMS)) {
    test(dialect, async () => {
      const own = await openStream(ask, DEFENDERS.detectionRule)
      // One of another institution is cut as well.
      const other = await openStream(askResponsesStream, DEFENDERS.englishPatchReview)
      const number = await stop('model', 'rehearsal/1', PROVIDER)
      for (const answer of await Promise.all([own.end, other.end])) {
        assert.equal(answer.verdict, 'cut')
        assert.notEqual(answer.text, '')
        assert.equal(answer.attempts, 1)
        const outcome = await system.outcomeOf(answer.decision ?? '')
        assert.equal(outcome?.end, 'refused')
      }
      assert.equal((await askResponses(await question(DEFENDERS.detectionRule))).verdict, 'deny')
      await system.desk.run('resume', number, '--reason', 'e2e', ...keys(RESUMERS))
      assert.equal((await askChat(await question(DEFENDERS.detectionRule))).verdict, 'allow')
    })
  }
})

test('a stop of one person leaves everybody else alone', async () => {
  const lead = ['mizuho-lead']
  const number = await stop('person', DEFENDERS.detectionRule, lead)
  const denied = await askMessages(await question(DEFENDERS.detectionRule))
  assert.equal(denied.verdict, 'deny')
  assert.deepEqual(denied.refusal?.clauses, ['4.1'])
  assert.equal((await askMessages(await question('mizuho-engineer'))).verdict, 'allow')
  await system.desk.run('resume', number, '--reason', 'e2e', ...keys([...lead, 'jp', 'jp-2']))
})

test('whom the agreement does not name cannot stop', async () => {
  for (const [scope, id, names] of [
    ['person', 'smbc-analyst', ['mizuho-lead']],
    ['sector', 'finance', ['mizuho-lead']],
    ['all', '', ['mizuho']],
  ] as const) {
    const words = ['--scope', scope, ...(id === '' ? [] : ['--id', id]), '--reason', 'e2e', ...keys(names)]
    const refused = await system.desk.ask('stop', ...words)
    assert.equal(refused.ok, false)
    assert.equal(refused.code, 'statement_signer_not_entitled')
  }
  assert.equal((await askChat(await question('smbc-analyst'))).verdict, 'allow')
})
