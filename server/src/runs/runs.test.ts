import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { person } from '../authority/testing.ts'
import type { StoredExchange } from '../ledger/index.ts'
import type { JsonObject } from '../mcp/index.ts'
import { toolsFile } from '../operations/testing.ts'
import { RUN_MACHINE, RUN_STATES } from './machine.ts'
import type { ModelPort } from './model.ts'
import {
  callerOf,
  createRunBench,
  lastResult,
  matching,
  type RunBench,
  reportOf,
  scripted,
  settledOn,
} from './testing.ts'

const ENGAGEMENT = 'eng-hoshizora-portal'
const SCAN =
  '- { name: echo, effect: network, side: offensive, capability: exploit_validation, autonomy: A2, targets: [/text] }'
const ANALYST = { actor: 'hoshizora-analyst', engagement: ENGAGEMENT }

function exchanges(bench: RunBench): StoredExchange[] {
  return bench.world.ledger.stored.filter((entry) => entry.class === 'exchange')
}
const field = (entry: StoredExchange | undefined, name: 'request' | 'response') =>
  (entry?.fields === 'unavailable' ? {} : (entry?.fields[name] ?? {})) as JsonObject

async function approveTools(bench: RunBench, tool: string, digest: string): Promise<void> {
  const payload = { institution: 'hoshizora-bank', tool, description: digest }
  await bench.world.submit('tool.approve', payload, [person('hoshizora-lead'), person('hoshizora-engineer')])
}

/** Digest of the test server's `echo`, as an institution would look it up. */
async function digestOf(file: string): Promise<string> {
  const { openCatalogue, parseToolsFile } = await import('../operations/index.ts')
  const { silentLogger, systemClock } = await import('../base/index.ts')
  const catalogue = openCatalogue({
    servers: parseToolsFile(file, 'tools.yaml'),
    version: '1',
    clock: systemClock,
    log: silentLogger,
  })
  const [tool] = await catalogue.tools()
  await catalogue.close()
  return tool?.digest ?? ''
}

test('the machine stands in docs/spec/run.md', () => {
  const page = readFileSync(path.join(import.meta.dirname, '../../../docs/spec/run.md'), 'utf8')
  const events = Object.keys(RUN_MACHINE.ready) as (keyof (typeof RUN_MACHINE)['ready'])[]
  const table = [
    `| run | ${events.join(' | ')} |`,
    `| --- | ${events.map(() => '---').join(' | ')} |`,
    ...RUN_STATES.map(
      (state) => `| ${state} | ${events.map((event) => RUN_MACHINE[state][event] ?? '–').join(' | ')} |`,
    ),
  ].join('\n')
  assert.equal(/<!-- machine -->\n([\s\S]*?)\n<!-- \/machine -->/.exec(page)?.[1], table)
})

test('triage as a run: every step an intent and an outcome of its own, findings cited', async () => {
  await using bench = await createRunBench(matching)
  const before = exchanges(bench).length
  const { run } = await bench.start()
  const end = await bench.settled(run)
  assert.deepEqual(
    [end.state, end.findings, end.rejected, end.used.executed],
    ['done', 1, 0, 1],
    JSON.stringify(end),
  )
  assert.deepEqual(
    exchanges(bench)
      .slice(before)
      .map((entry) =>
        `${entry.kind} ${field(entry, 'request').event ?? field(entry, 'request').tool ?? ''}`.trim(),
      ),
    [
      'intent start',
      'outcome',
      'intent ask',
      'outcome',
      'intent sigma.match',
      'outcome',
      'intent ask',
      'outcome',
      'intent end',
      'outcome',
    ],
  )
  assert.deepEqual(bench.world.ledger.openIntents(), [])
  assert.deepEqual(
    (await bench.desk.list(bench.caller)).map((one) => one.run),
    [run],
  )
})

test('findings that cite what is not there are rejected, one by one', async () => {
  const lying = scripted((ask, turn) => {
    if (turn === 0) return { calls: [['sigma.match', {}]] }
    const honest = JSON.parse(reportOf(lastResult(ask))) as {
      findings: { cites: { rule: string; record: number }[] }[]
    }
    const [cite] = honest.findings[0]?.cites ?? []
    const wrong = [
      { cites: [{ rule: cite?.rule, record: 9_999 }] },
      { cites: [{ rule: cite?.rule, record: 1 }] },
      { cites: [{ rule: 'no-such-rule', record: cite?.record }] },
      { cites: [] },
      'not a finding',
    ]
    return { answer: `Here it is: ${JSON.stringify({ findings: [...honest.findings, ...wrong] })}` }
  })
  await using bench = await createRunBench(lying)
  const { run } = await bench.start()
  await bench.settled(run)
  const { result } = (await bench.desk.show(bench.caller, run)).run
  assert.equal(((result?.findings ?? []) as unknown[]).length, 1)
  assert.deepEqual(((result?.rejected ?? []) as { code: string }[]).map(({ code }) => code).sort(), [
    'finding_malformed',
    'finding_malformed',
    'triage_citation_unfounded',
    'triage_citation_unfounded',
    'triage_citation_unknown',
  ])
})

test('a call out of scope is denied and told to the model; one in scope waits for another person and then goes on', async () => {
  const file = toolsFile('good', SCAN)
  const wants = scripted((_, turn) =>
    turn === 0
      ? {
          calls: [
            ['lab.echo', { text: '203.0.113.9' }],
            ['lab.echo', { text: '192.0.2.7' }],
            ['lab.none', {}],
          ],
        }
      : { answer: '{"findings":[]}' },
  )
  await using bench = await createRunBench(wants, { ...ANALYST, tools: file })
  await approveTools(bench, 'lab.echo', await digestOf(file))
  const { run } = await bench.start({ options: { tools: ['lab.echo'] } })
  const held = await bench.settled(run)
  assert.equal(held.state, 'held')
  assert.equal(held.used.denied, 1)
  const decision = held.waits_for?.decision ?? ''
  const hold = bench.world.programme.hold(decision)
  assert.ok(hold !== null)
  const { actor, institution, engagement, capability, session, approvalsNeeded } = hold
  const payload = {
    hold: decision,
    actor,
    institution,
    engagement,
    capability: capability as 'none',
    session,
    approvals: approvalsNeeded,
    count: 1,
    until_ms: bench.world.clock.nowMs() + 300_000,
  }
  const over = new Promise<void>((resolve) => {
    void bench.desk.watch(bench.caller, run, (news) => {
      if (news.event !== 'progress' && news.run.state === 'done' && !news.run.driven) resolve()
    })
  })
  await bench.world.submit('grant.approve', payload, [person('hoshizora-approver')])
  await over
  const { summary, run: whole } = await bench.desk.show(bench.caller, run)
  assert.deepEqual([summary.used.executed, summary.used.denied, summary.used.held], [1, 2, 1])
  const [first, again] = whole.steps.filter(({ call }) => call?.args.text === '192.0.2.7')
  assert.equal(again?.repeats, first?.intent)
})

test('pause between steps, resume by the same person, cancel', async () => {
  let reached = (): void => {}
  let release = (): void => {}
  const inside = new Promise<void>((resolve) => {
    reached = resolve
  })
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const slow: ModelPort = {
    async ask(ask) {
      reached()
      await gate
      return matching.ask(ask)
    },
  }
  await using bench = await createRunBench(slow)
  const { run } = await bench.start()
  await inside
  const pausing = bench.desk.pause(bench.caller, run)
  release()
  await pausing
  const paused = await bench.settled(run)
  assert.equal(paused.state, 'paused')
  const { resume } = bench.desk
  await assert.rejects(resume.call(bench.desk, bench.caller, run, { token: 'nonsense' }), {
    code: 'runs_credential',
  })
  await bench.desk.resume(bench.caller, run, { token: bench.token })
  assert.equal((await bench.settled(run)).state, 'done')
  await assert.rejects(bench.desk.cancel(bench.caller, run), { code: 'runs_state' })
  const other = await bench.start()
  await bench.desk.cancel(bench.caller, other.run)
  assert.equal((await bench.desk.show(bench.caller, other.run)).summary.state, 'cancelled')
  assert.deepEqual(bench.world.ledger.openIntents(), [])
})

test('budgets end a run: calls, tokens', async () => {
  const endless = scripted(() => ({ calls: [['log.query', { limit: 1 }]] }))
  await using bench = await createRunBench(endless)
  for (const [budget, reason] of [
    [{ calls: 3 }, 'budget_calls'],
    [{ tokens: 1_000 }, 'budget_tokens'],
  ] as const) {
    const { run } = await bench.start({ budget })
    const end = await bench.settled(run)
    assert.deepEqual([end.state, end.reason], ['failed', reason])
  }
})

test('a model that is refused ends the run, one that fails pauses it, one whose answer is lost makes it ambiguous', async () => {
  for (const [kind, state] of [
    ['refused', 'failed'],
    ['failed', 'paused'],
    ['lost', 'ambiguous'],
    ['held', 'held'],
  ] as const) {
    await using bench = await createRunBench(
      scripted(() => ({ kind, code: 'some_code', decision: null, message: '' })),
    )
    const { run } = await bench.start()
    assert.equal((await bench.settled(run)).state, state, kind)
  }
})

test('taken up after a restart: nothing that was sealed is done again', async () => {
  let asked = 0
  const counting = scripted((ask, turn) => {
    asked += 1
    if (turn === 0) return { calls: [['sigma.match', {}]] }
    return asked === 2
      ? { kind: 'lost', code: 'gone', decision: null, message: '' }
      : { answer: reportOf(lastResult(ask)) }
  })
  await using bench = await createRunBench(counting)
  const { run } = await bench.start()
  assert.equal((await bench.settled(run)).state, 'ambiguous')
  const desk = bench.again()
  assert.deepEqual(
    (await desk.list(bench.caller)).map(({ state, driven }) => [state, driven]),
    [['ambiguous', false]],
  )
  await desk.resume(bench.caller, run, { token: bench.token })
  assert.equal((await settledOn(desk, bench.caller, run)).state, 'done')
  const { steps } = (await desk.show(bench.caller, run)).run
  assert.deepEqual(
    steps.map(({ kind, end }) => `${kind} ${end}`),
    ['ask sealed', 'call sealed', 'ask ambiguous', 'ask sealed'],
  )
  assert.equal(steps[3]?.repeats, steps[2]?.intent)
})

for (const choice of ['repeat', 'skip'] as const) {
  test(`a tool whose outcome is not known is never called again by itself: a person says \`${choice}\``, async () => {
    const file = toolsFile(
      'die',
      '- { name: echo, effect: read, side: defensive, capability: log_analysis, autonomy: A1 }',
    )
    const wants = scripted((_, turn) =>
      turn === 0 ? { calls: [['lab.echo', { text: 'x' }]] } : { answer: '{"findings":[]}' },
    )
    await using bench = await createRunBench(wants, { ...ANALYST, tools: file })
    await approveTools(bench, 'lab.echo', await digestOf(file))
    const { run } = await bench.start({ options: { tools: ['lab.echo'] } })
    assert.equal((await bench.settled(run)).state, 'ambiguous')
    await assert.rejects(bench.desk.resume(bench.caller, run, { token: bench.token }), { code: 'runs_state' })
    // A server that ended is connected anew only after a while.
    bench.world.clock.advance(10_000)
    await bench.desk.resume(bench.caller, run, { token: bench.token, choice })
    const end = await bench.settled(run)
    assert.equal(end.state, choice === 'skip' ? 'done' : 'ambiguous')
    assert.equal(end.used.calls, choice === 'skip' ? 1 : 2)
  })
}

test('what is asked wrongly is refused, typed', async () => {
  await using bench = await createRunBench(matching)
  const { desk, caller, token } = bench
  const inputs = await bench.inputs()
  const good = { operation: 'triage', inputs, token }
  const other = await bench.world.mint('smbc-engineer')
  for (const [request, code] of [
    [{}, 'runs_request_malformed'],
    [{ ...good, operation: 'attack' }, 'runs_request_malformed'],
    [{ ...good, more: 1 }, 'runs_request_malformed'],
    [{ ...good, inputs: { ...inputs, log: '../../etc/passwd' } }, 'runs_request_malformed'],
    [{ ...good, budget: { calls: 0 } }, 'runs_request_malformed'],
    [{ ...good, options: { tools: 'all' } }, 'runs_request_malformed'],
    [{ ...good, inputs: { ...inputs, log: '0'.repeat(64) } }, 'runs_input_unknown'],
    [{ ...good, token: other }, 'runs_credential'],
    [{ ...good, token: 'sekisho_nonsense' }, 'runs_credential'],
  ] as const) {
    await assert.rejects(desk.start(caller, request), { code }, JSON.stringify(request))
  }
  await assert.rejects(desk.show(caller, 'run_none'), { code: 'runs_unknown' })
  await assert.rejects(desk.resume(caller, 'run_none', { token, choice: 'maybe' }), {
    code: 'runs_request_malformed',
  })
})

test('another institution sees nothing of a run', async () => {
  await using bench = await createRunBench(matching)
  const { run } = await bench.start()
  await bench.settled(run)
  const stranger = callerOf(bench.world, await bench.world.mint('smbc-engineer'))
  assert.deepEqual(await bench.desk.list(stranger), [])
  await assert.rejects(bench.desk.show(stranger, run), { code: 'runs_unknown' })
  await assert.rejects(bench.desk.cancel(stranger, run), { code: 'runs_unknown' })
})

test('at most two runs of one person are under way', async () => {
  let open = (): void => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const waiting = { ask: (ask: Parameters<typeof matching.ask>[0]) => gate.then(() => matching.ask(ask)) }
  await using bench = await createRunBench(waiting)
  const runs = [await bench.start(), await bench.start()]
  await assert.rejects(bench.start(), { code: 'runs_limit' })
  open()
  for (const { run } of runs) await bench.settled(run)
})

test('what one institution handed in is not there for another', async () => {
  await using bench = await createRunBench(matching)
  const { world, desk } = bench
  const inputs = await bench.inputs()
  const token = await world.mint('smbc-analyst')
  const stranger = callerOf(world, token)
  const asked = { operation: 'triage', inputs, token }
  await assert.rejects(desk.start(stranger, asked), { code: 'runs_input_unknown' })
  await assert.rejects(desk.putInput({ ...stranger, institution: null }, Readable.from([])), {
    code: 'runs_credential',
  })
  await bench.settled((await bench.start({ inputs })).run)
})

test('inputs have a limit, and rules that cannot be used end the run', async () => {
  const { InputStore } = await import('./inputs.ts')
  await using bench = await createRunBench(matching)
  const { mkdtempSync, rmSync } = await import('node:fs')
  const dir = mkdtempSync(path.join((await import('node:os')).tmpdir(), 'sekisho-inputs-'))
  const store = new InputStore(path.join(dir, 'inputs'))
  await assert.rejects(store.put(Readable.from([Buffer.alloc(100)]), 99), { code: 'runs_input_too_large' })
  const small = new InputStore(path.join(dir, 'small'), 150)
  await small.put(Readable.from([Buffer.alloc(100)]))
  await small.put(Readable.from([Buffer.alloc(60)]))
  await assert.rejects(small.put(Readable.from([Buffer.alloc(1)])), { code: 'runs_limit' })
  small.clean(new Set(), new Set(), Number.MAX_SAFE_INTEGER)
  await small.put(Readable.from([Buffer.alloc(1)]))
  rmSync(dir, { recursive: true })
  const { run } = await bench.start({ inputs: await bench.inputs(undefined, { 'bad.yml': 'title: [' }) })
  const end = await bench.settled(run)
  assert.deepEqual([end.state, end.reason], ['failed', 'runs_rules_unusable'])
})
