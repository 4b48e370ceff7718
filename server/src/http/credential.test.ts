/**
 * Properties of the admin listener over a real programme: without a credential no route answers with data, and a
 * credential of one institution never shows another.
 */
import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { signAdminRequest } from '../access/index.ts'
import {
  createWorld,
  institution,
  intentDraft,
  PROGRAMME,
  party,
  person,
  type World,
} from '../authority/testing.ts'
import { newDecisionId, silentLogger } from '../base/index.ts'
import { createHostCheck, type HostCheck } from '../config/index.ts'
import type { KeyHolder } from '../identity/index.ts'
import type { StoredEntry } from '../ledger/index.ts'
import { SAMPLE_INSTITUTIONS } from '../sample/index.ts'
import { type AdminDeps, adminRoutes } from './admin.ts'
import { createAdminListener, createMetrics, listen } from './index.ts'
import { fakeAgreement, fakeDecision } from './testing.ts'

const BANKS = ['mufg', 'smbc', 'mizuho', 'hoshizora-bank']
/** Routes that answer without a credential: no data, or data for whoever proves the request by itself. */
const OPEN = [
  'GET /livez',
  'GET /readyz',
  'GET /metrics',
  'GET /v1/openapi.json',
  'POST /v1/statements',
  'POST /v1/tokens',
  'DELETE /v1/tokens/self',
]

let world: World
let server: Server
let base = ''
let deps: AdminDeps
/** Ids that must be seen by their own institution only. */
const marks = new Map<string, string[]>()
const places = { decisions: [] as string[], entries: [] as number[], tokens: [] as string[] }

before(async () => {
  world = await createWorld()
  for (const bank of BANKS) await fill(bank)
  let hosts: HostCheck = () => false
  deps = {
    programme: new Proxy(world.programme, { get: (target, name) => withoutDatabase(target, name) }),
    ledger: world.ledger,
    databaseHealthy: () => true,
    agreement: fakeAgreement,
    decide: fakeDecision,
    metrics: createMetrics({
      ...{
        ledgerSize: () => 1,
        ledgerWritable: () => true,
        databaseHealthy: () => true,
        leaseValid: () => true,
      },
      ...{ snapshotIndex: () => 1, stops: () => 0, openExchanges: () => 0 },
    }),
    metricsAccess: { access: 'open', token: null },
    addresses: () => ({ gateway: 'http://g.example', console: 'http://c.example' }),
    hostCheck: () => hosts,
    logger: silentLogger,
    closing: () => false,
  }
  server = createAdminListener(deps)
  const bound = await listen(server, { host: '127.0.0.1', port: 0 }, 'listen.admin')
  hosts = createHostCheck(bound, [])
  base = `http://127.0.0.1:${bound.port}`
})
after(async () => {
  server.close()
  server.closeAllConnections()
  await world[Symbol.asyncDispose]()
})

/** A hold, a decision and stops of one bank, each with a mark of its own. */
async function fill(bank: string): Promise<void> {
  const staff = bank.split('-')[0]
  const id = newDecisionId()
  const { index } = await world.programme.authority.append({
    ...intentDraft(world, {
      ...{ id, verdict: 'hold', actor: `${staff}-analyst`, institution: bank, session: `session-of-${bank}` },
      approval: { count: 1, roles: ['approver'] },
    }),
    content: Buffer.from(`prompt-of-${bank}`),
  } as Parameters<World['programme']['authority']['append']>[0]) // the draft of an exchange, with content
  await world.mint(`${staff}-analyst`)
  const token = world.programme.tokens(`${staff}-analyst`)[0]?.id ?? ''
  const reason = `stop-of-${bank}`
  await world.submit('stop.issue', { scope: { kind: 'person', id: `${staff}-approver2` }, reason }, [
    institution(bank),
  ])
  marks.set(bank, [
    id,
    `session-of-${bank}`,
    `prompt-of-${bank}`,
    reason,
    token,
    `${staff}-analyst`,
    `${staff}-approver2`,
  ])
  places.decisions.push(id)
  places.entries.push(index)
  places.tokens.push(token)
}

/** Decisions come from PostgreSQL; here they are read from the ledger in memory. */
function withoutDatabase(programme: World['programme'], name: string | symbol): unknown {
  if (name === 'decisions') {
    return async ({ id }: { id?: string }) =>
      world.ledger.stored
        .filter((entry) => idOf(entry) === id)
        .map(({ index }) => ({ index, closedBy: null }))
  }
  if (name === 'flush') return async () => undefined
  const value: unknown = Reflect.get(programme, name, programme)
  return typeof value === 'function' ? value.bind(programme) : value
}

function idOf(entry: StoredEntry): unknown {
  if (entry.class !== 'exchange' || entry.fields === 'unavailable') return undefined
  return (entry.fields.decision as { readonly id?: unknown }).id // as `intentDraft` writes it
}

function mint(holder: KeyHolder, more: { institution?: string } = {}): string {
  const request = { programme: PROGRAMME, holder, issued_at_ms: world.clock.nowMs(), ttl_s: 3600, ...more }
  return world.programme.administration.mint(signAdminRequest(request, world.keys.of(holder))).token
}

/** Every route with everything that could stand at its named places. */
function targets(): { readonly method: string; readonly target: string; readonly route: string }[] {
  return adminRoutes(deps).flatMap(({ method, path }) => {
    const route = `${method} ${path}`
    const values = /\/(decisions|holds)\//.test(path)
      ? places.decisions
      : path.includes('/entries/')
        ? [0, ...places.entries]
        : path.includes('/tokens/')
          ? places.tokens
          : [1]
    if (!path.includes(':')) return [{ method, target: path, route }]
    return values.map((value) => ({ method, target: path.replace(/:\w+/, String(value)), route }))
  })
}

const call = (method: string, target: string, headers: Record<string, string>) =>
  fetch(`${base}${target}`, {
    method,
    headers: { ...headers, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
    ...(method === 'POST' ? { body: '{}' } : {}),
  })

test('every route says what its caller proves, and the open ones are these', () => {
  const open = adminRoutes(deps).filter((route) => route.proof !== 'credential')
  assert.deepEqual(open.map(({ method, path }) => `${method} ${path}`).sort(), [...OPEN].sort())
})

test('property: no route answers with data without a valid credential', async () => {
  const model = await world.mint('mufg-lead')
  const ended = mint(party('us'))
  world.programme.administration.revoke(world.programme.administration.of(party('us')).at(-1)?.id ?? '')
  const text = fc.stringMatching(/^[A-Za-z0-9._~+/=-]{1,80}$/)
  const credential = fc.oneof(
    fc.constantFrom('', model, ended, `${ended.slice(0, -1)}0`, 'sekisho_admin_'),
    text,
    text.map((rest) => `sekisho_admin_${rest}`),
  )
  const header = fc.constantFrom('authorization', 'x-api-key')
  const guarded = targets().filter(({ route }) => !OPEN.includes(route))
  assert.ok(guarded.length > 20)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...guarded),
      credential,
      header,
      async ({ method, target }, value, name) => {
        const headers = value === '' ? {} : { [name]: name === 'authorization' ? `Bearer ${value}` : value }
        const response = await call(method, target, headers)
        const body = await response.text()
        assert.equal(response.status, 401, `${method} ${target}`)
        assert.match(body, /"code":"http_credential_required"/)
        for (const own of marks.values()) for (const mark of own) assert.ok(!body.includes(mark), target)
      },
    ),
    { numRuns: 300 },
  )
  for (const route of ['POST /v1/statements', 'POST /v1/tokens', 'DELETE /v1/tokens/self']) {
    const [method = '', target = ''] = route.split(' ')
    assert.ok((await call(method, target, {})).status >= 400, route)
  }
})

test('property: a credential of one institution never shows another', async () => {
  const holders = BANKS.flatMap((bank) => {
    const staff = bank.split('-')[0]
    const people = ['analyst', 'engineer', 'lead', 'approver'].map((post) => person(`${staff}-${post}`))
    return [institution(bank), ...people].map((holder) => ({ bank, bearer: mint(holder) }))
  })
  const delegated = { bank: 'mizuho', bearer: mint(person('asagiri-engineer'), { institution: 'mizuho' }) }
  const all = targets().filter(({ method }) => method === 'GET')
  let shown = 0
  for (const { bank, bearer } of [...holders, delegated]) {
    const foreign = BANKS.filter((other) => other !== bank).flatMap((other) => [
      other,
      ...(marks.get(other) ?? []),
    ])
    for (const { method, target, route } of all) {
      if (route === 'GET /metrics') continue
      const response = await call(method, target, { authorization: `Bearer ${bearer}` })
      const body = await response.text()
      if (response.status === 200) shown += 1
      // Public anyway: statements in the public ledger, the agreement on the console's pages.
      if (target === '/v1/entries/0' || target === '/v1/agreement') continue
      for (const mark of foreign) assert.ok(!body.includes(mark), `${bank} sees ${mark} at ${target}`)
    }
    for (const { target } of targets().filter(({ route }) => route === 'DELETE /v1/tokens/:id')) {
      if ((marks.get(bank) ?? []).some((mark) => target.endsWith(mark))) continue
      assert.equal((await call('DELETE', target, { authorization: `Bearer ${bearer}` })).status, 403)
    }
  }
  assert.ok(shown > 100, 'the routes do answer those who may ask')
})

test('what is not there, and what is another institution’s, are answered alike', async () => {
  const codeAt = async (target: string, holder: KeyHolder) => {
    const response = await call('GET', target, { authorization: `Bearer ${mint(holder)}` })
    return [response.status, ((await response.json()) as { code: string }).code]
  }
  assert.deepEqual(await codeAt('/v1/proposals/none', party('jp')), [404, 'http_proposal_unknown'])
  assert.deepEqual(await codeAt(`/v1/appeals/${newDecisionId()}`, person('mufg-lead')), [
    404,
    'http_appeal_unknown',
  ])
  for (const id of ['none', world.engagement]) {
    const got = await codeAt(`/v1/engagements/${id}`, person('mufg-lead'))
    assert.deepEqual(got, [404, 'http_engagement_unknown'])
  }
  const own = await call('GET', `/v1/engagements/${world.engagement}`, {
    authorization: `Bearer ${mint(person('hoshizora-lead'))}`,
  })
  assert.equal(own.status, 200)
})

test('a party sees how the programme stands, all of it, and no institution’s records', async () => {
  const headers = { authorization: `Bearer ${mint(party('jp'))}` }
  const summary = (await (await call('GET', '/v1/programme', headers)).json()) as {
    institutions: { id: string }[]
  }
  assert.deepEqual(
    summary.institutions.map(({ id }) => id).sort(),
    SAMPLE_INSTITUTIONS.map(({ id }) => id).sort(),
  )
  const { stops } = (await (await call('GET', '/v1/stops', headers)).json()) as { stops: unknown[] }
  assert.equal(stops.length, BANKS.length)
  for (const { method, target, route } of targets().filter(({ route }) => /decisions|holds/.test(route))) {
    const response = await call(method, target, headers)
    assert.ok([403, 404].includes(response.status), route)
    assert.ok(!(await response.text()).includes('prompt-of'))
  }
})

test('the prompt of a hold, word for word, for its approvers and its requester', async () => {
  const [id = ''] = marks.get('smbc') ?? []
  const read = async (who: string) => {
    const headers = { authorization: `Bearer ${mint(person(who))}` }
    const response = await call('GET', `/v1/holds/${id}/content`, headers)
    const body = (await response.json()) as { content?: { utf8: string }; code?: string }
    return body.content?.utf8 ?? body.code
  }
  assert.deepEqual(
    await Promise.all(
      ['smbc-approver', 'smbc-analyst', 'smbc-lead', 'smbc-engineer', 'mufg-approver'].map(read),
    ),
    ['prompt-of-smbc', 'prompt-of-smbc', 'http_not_entitled', 'http_not_entitled', 'http_hold_unknown'],
  )
})

test('405 names the methods, 404 is for paths that are none; neither needs a credential', async () => {
  const wrong = await call('POST', '/v1/stops', {})
  assert.deepEqual([wrong.status, ((await wrong.json()) as { code: string }).code], [405, 'http_method'])
  assert.equal(wrong.headers.get('allow'), 'GET')
  assert.equal((await call('GET', '/v1/nothing', {})).status, 404)
})
