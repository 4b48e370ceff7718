/** A held prompt, read by its approver from escrow through a whole server: the bytes that were sent, and who read them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { askResponses } from '../tour/ask.ts'
import { APPROVER, ENGAGEMENT, IN_SCOPE_TARGET, VALIDATOR } from '../tour/cast.ts'
import { validateExploit } from '../tour/prompts.ts'
import { type System, startSystem } from './system.ts'

let system: System
before(async () => {
  system = await startSystem()
})
after(() => system.close())

test('an approver reads the exact request that is held; a colleague and another bank do not; each reading counts', async () => {
  const prompt = validateExploit(IN_SCOPE_TARGET)
  const held = await askResponses({
    gatewayUrl: system.gatewayUrl,
    token: await system.token(VALIDATOR),
    model: 'rehearsal/1',
    prompt,
    headers: {
      'x-sekisho-engagement': ENGAGEMENT,
      'x-sekisho-session': 'held-prompt',
      'x-sekisho-purpose': 'e2e',
    },
  })
  assert.equal(held.verdict, 'hold', held.refusal?.message)
  const show = (who: string) =>
    system.desk.ask('hold', 'show', held.decision ?? '', '--raw', '--key', system.keyOf(who))
  const read = await show(APPROVER)
  assert.ok(read.ok, read.words)
  // What the client sent, so it parses, and the prompt stands in it word for word.
  assert.ok(JSON.stringify(JSON.parse(read.out)).includes(JSON.stringify(prompt).slice(1, -1)))
  assert.ok((await show(VALIDATOR)).ok, 'one’s own request is no secret')
  assert.equal((await show('hoshizora-engineer')).code, 'http_not_entitled')
  assert.equal((await show('mufg-approver')).code, 'http_hold_unknown')
  const waiting = await system.desk.run('hold', 'list', '--json', '--key', system.keyOf(APPROVER))
  assert.equal(JSON.parse(waiting).id, held.decision)
  const metrics = await (await fetch(`${system.announcement.admin}/metrics`)).text()
  assert.match(metrics, /^sekisho_content_opened_total\{what="hold"\} 2$/m)
})
