/**
 * An appeal through a whole server and the real commands: a refusal by the provider repeats, is appealed, granted and lifted; then
 * the same request passes. The granted one is exported as a test item without what was personal in it.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DETECTION_RULE_EN } from '../tour/prompts.ts'
import { type System, startSystem } from './system.ts'

const PHONE = '090-1234-5678'
let system: System
before(async () => {
  system = await startSystem()
})
after(() => system.close())

async function ask(): Promise<{ readonly status: number; readonly decision: string }> {
  const response = await fetch(`${system.gatewayUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await system.token('smbc-engineer')}`,
      'x-sekisho-session': 'appeal',
    },
    body: JSON.stringify({
      model: 'vendor/1',
      messages: [{ role: 'user', content: `${DETECTION_RULE_EN} Reported by telephone, ${PHONE}.` }],
    }),
  })
  await response.arrayBuffer()
  return { status: response.status, decision: response.headers.get('x-sekisho-decision') ?? '' }
}

test('refused, repeated, appealed, granted, lifted, passes; exported without personal data', async () => {
  const { desk, keyOf, vendor } = system
  const by = (who: string): string[] => ['--key', keyOf(who)]
  vendor.play('error_400_cyber_policy')
  const first = await ask()
  assert.ok(first.status >= 400)
  vendor.play('ok')
  assert.ok((await ask()).status >= 400, 'the refusal repeats without asking the provider')

  const appeal = ['appeal', first.decision, '--reason', 'a detection rule, nothing else', '--consent']
  const colleague = await desk.ask(...appeal, ...by('smbc-analyst'))
  assert.deepEqual([colleague.ok, colleague.code], [false, 'statement_signer_not_entitled'])
  await desk.run(...appeal, ...by('smbc-engineer'))
  const grant = ['appeal', 'answer', first.decision, '--grant', '--reason', 'defensive work']
  assert.equal((await desk.ask(...grant, ...by('smbc-engineer'))).code, 'statement_own_request')
  assert.equal((await desk.ask(...grant, ...by('mufg-approver'))).ok, false, 'another institution sees none')
  assert.ok((await ask()).status >= 400, 'an open appeal lifts nothing')
  await desk.run(...grant, ...by('smbc-approver'))
  assert.equal((await ask()).status, 200)

  assert.deepEqual(JSON.parse(await desk.run('appeal', 'figures', ...by('smbc-approver'))), {
    open: 0,
    granted: 1,
    upheld: 0,
    over_refusal_permille: 1_000,
  })
  const lines = (await desk.run('appeal', 'export', ...by('smbc-audit'))).split('\n')
  assert.equal(lines.length, 1)
  const item = JSON.parse(lines[0] ?? '') as { id: string; request: string; expected: string }
  assert.deepEqual([item.id, item.expected], [first.decision, 'not_refused'])
  assert.ok(item.request.includes('Sigma') && !item.request.includes(PHONE))
  assert.equal((await desk.ask('appeal', 'export', ...by('smbc-analyst'))).ok, false)
})
