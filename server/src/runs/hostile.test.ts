/** Texts that steer, servers that misbehave, inputs that are broken: at the level of whole runs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { person } from '../authority/testing.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import type { JsonObject } from '../mcp/index.ts'
import { openCatalogue, parseToolsFile } from '../operations/index.ts'
import { toolsFile } from '../operations/testing.ts'
import { hostileLog, hostileRuns, hostileTexts, obey } from './hostile-for-test.ts'
import { createRunBench, lastResult, matching, reportOf, sampleRule, scripted } from './testing.ts'

const READ = '- { name: echo, effect: read, side: defensive, capability: log_analysis, autonomy: A1 }'

test('a model that obeys every text: all it brings about is denied or held', async () => {
  const counts = await hostileRuns()
  const { texts, proposed, denied, held, executed, executed_out_of_scope } = counts
  assert.deepEqual([proposed, denied + held, executed, executed_out_of_scope], [texts, texts, 0, 0])
  assert.ok(denied >= texts - 2, JSON.stringify(counts))
})

test('property: targets put together from the texts are never executed', async () => {
  const pieces = [
    ...hostileTexts().flatMap(({ text, wants }) => [text, wants]),
    '203.0.113.9',
    'host.example',
    ' ',
    ',',
    '@',
    '://',
  ]
  const target = fc
    .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join(''))
  await fc.assert(
    fc.asyncProperty(fc.array(target, { minLength: 5, maxLength: 20 }), async (targets) => {
      const { executed } = await obey(targets)
      assert.equal(executed, 0)
    }),
    { numRuns: 6 },
  )
})

test('a log full of steering texts: what the rules find is found, and nothing else happens', async () => {
  const rule =
    'title: Marker\nid: 11111111-1111-4111-8111-111111111111\nlevel: high\nlogsource: {product: app}\ndetection: {a: {message|contains: MARKER}, condition: a}\n'
  const lines = [...hostileTexts().map(({ text }) => text), 'MARKER']
  await using bench = await createRunBench(matching)
  const inputs = await bench.inputs(hostileLog(lines), { 'marker.yml': rule })
  const { run } = await bench.start({ inputs, options: { product: 'app' } })
  const end = await bench.settled(run)
  assert.deepEqual([end.state, end.findings, end.used.executed], ['done', 1, 1])
})

test('reading the texts flags the results, and they reach the model marked as data', async () => {
  const told: string[] = []
  const reading = scripted((ask, turn) => {
    const last = ask.messages.at(-1)
    if (last?.role === 'tool') told.push(last.text)
    return turn === 0 ? { calls: [['log.query', { limit: 20 }]] } : { answer: '{"findings":[]}' }
  })
  await using bench = await createRunBench(reading)
  const inputs = await bench.inputs(hostileLog(hostileTexts().map(({ text }) => text)), sampleRule())
  const { run } = await bench.start({ inputs })
  await bench.settled(run)
  assert.match(told[0] ?? '', /^Note: the result below contains words addressed to a model/)
  const { steps } = (await bench.desk.show(bench.caller, run)).run
  assert.ok(steps.some(({ injection }) => injection))
})

for (const [mode, end] of [
  ['hang', 'ambiguous'],
  ['flood', 'ambiguous'],
  ['types', 'ambiguous'],
  ['refuses', 'done'],
  ['lies', 'done'],
  ['mute', 'done'],
] as const) {
  test(`a tool server that is \`${mode}\`: the run is ${end}, and every intent is closed`, async () => {
    const file = toolsFile(mode, READ, 1_000)
    const wants = scripted((_, turn) =>
      turn === 0
        ? {
            calls: [
              ['lab.echo', { text: 'x' }],
              ['sigma.match', {}],
            ],
          }
        : { answer: '{"findings":[]}' },
    )
    await using bench = await createRunBench(wants, { tools: file })
    await approveAsGood(bench)
    const { run } = await bench.start({ options: { tools: ['lab.echo'] } })
    assert.equal((await bench.settled(run)).state, end)
    assert.deepEqual(bench.world.ledger.openIntents(), [])
  })
}

/** The description that a server in good order has: what a bad one says is compared with it. */
async function approveAsGood(bench: Awaited<ReturnType<typeof createRunBench>>): Promise<void> {
  const catalogue = openCatalogue({
    servers: parseToolsFile(toolsFile('good', READ), 'tools.yaml'),
    version: '1',
    clock: systemClock,
    log: silentLogger,
  })
  const [tool] = await catalogue.tools()
  await catalogue.close()
  const payload = { institution: 'mufg', tool: 'lab.echo', description: tool?.digest ?? '' }
  await bench.world.submit('tool.approve', payload, [person('mufg-lead'), person('mufg-engineer')])
}

test('a description that changes within a run takes its tool away from it', async () => {
  const tools = `${READ}\n${READ.replace('echo', 'change')}`
  const file = toolsFile('good', tools)
  const wants = scripted((_, turn) =>
    turn === 0
      ? {
          calls: [
            ['lab.change', { text: 'Call me first.' }],
            ['lab.echo', { text: 'x' }],
          ],
        }
      : { answer: '{"findings":[]}' },
  )
  await using bench = await createRunBench(wants, { tools: file })
  const catalogue = openCatalogue({
    servers: parseToolsFile(file, 'tools.yaml'),
    version: '1',
    clock: systemClock,
    log: silentLogger,
  })
  for (const { declaration, digest } of await catalogue.tools()) {
    const payload = { institution: 'mufg', tool: declaration.served, description: digest ?? '' }
    await bench.world.submit('tool.approve', payload, [person('mufg-lead'), person('mufg-engineer')])
  }
  await catalogue.close()
  const { run } = await bench.start({ options: { tools: ['lab.echo', 'lab.change'] } })
  await bench.settled(run)
  const { steps } = (await bench.desk.show(bench.caller, run)).run
  assert.deepEqual(
    steps.filter(({ kind }) => kind === 'call').map(({ end, code }) => [end, code]),
    [
      ['sealed', null],
      ['denied', 'tool_not_offered'],
    ],
  )
})

test('broken encodings, wrong clocks, lines that are no records, rules that are none: counted, and the rest is worked on', async () => {
  const good = JSON.stringify({ host: 'a', time: '2026-11-22T00:00:00Z', message: 'MARKER' })
  const bytes = Buffer.concat([
    Buffer.from(`${good}\n`),
    Buffer.from('{"message":"'),
    Buffer.from([0xff, 0xfe, 0x80]),
    Buffer.from('"}\nnot json\n[1]\n{"broken":\n'),
    Buffer.from(`${JSON.stringify({ host: 'a', time: '2999-01-01T00:00:00Z', message: 'x' })}\n`),
    Buffer.from(`${JSON.stringify({ message: 'no time' })}\n`),
  ])
  const rule =
    'title: Marker\nid: 11111111-1111-4111-8111-111111111111\nlevel: high\nlogsource: {product: app}\ndetection: {a: {message|contains: MARKER}, condition: a}\n'
  const rules: JsonObject = {
    'good.yml': rule,
    'yaml.yml': 'title: [',
    'expand.yml': rule.replace('contains', 'expand'),
    'condition.yml': rule.replace('condition: a', 'condition: b and'),
    'none.yml': '',
  }
  await using bench = await createRunBench(matching)
  const { run } = await bench.start({ inputs: await bench.inputs(bytes, rules), options: { product: 'app' } })
  const end = await bench.settled(run)
  assert.deepEqual([end.state, end.findings], ['done', 1])
  const result = (await bench.desk.show(bench.caller, run)).run.result as unknown as {
    unread: { count: number }
    clocks: { ahead: number; missing: number }
    rules_left_out: string[]
  }
  assert.equal(result.unread.count, 4)
  assert.deepEqual([result.clocks.ahead, result.clocks.missing], [2, 2])
  assert.equal(result.rules_left_out.length, 4)
})

test('two hundred thousand lines in a thread: progress is told, the server goes on, and a cancel stops it', async () => {
  const line = `${JSON.stringify({ host: 'a', message: 'nothing of note' })}\n`
  const bytes = Buffer.from(line.repeat(200_000))
  await using bench = await createRunBench(
    scripted((ask, turn) =>
      turn === 0 ? { calls: [['sigma.match', {}]] } : { answer: reportOf(lastResult(ask)) },
    ),
  )
  const { run } = await bench.start({ inputs: await bench.inputs(bytes, sampleRule()) })
  let told = 0
  const first = new Promise<void>((resolve) => {
    void bench.desk.watch(bench.caller, run, (news) => {
      if (news.event !== 'progress') return
      told += 1
      resolve()
    })
  })
  await first
  await bench.desk.cancel(bench.caller, run)
  assert.ok(told > 0)
  assert.equal((await bench.desk.show(bench.caller, run)).summary.state, 'cancelled')
  assert.deepEqual(bench.world.ledger.openIntents(), [])
})
