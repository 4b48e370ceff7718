import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { BAD_CREDENTIALS, BAD_INPUTS } from './bad-input.ts'
import { type RawAnswer, rawRequest, sendRaw } from './raw-http.ts'
import { type System, startSystem } from './system.ts'

const GOOD =
  '{"model":"vendor/1","input":"Summarise this log line of our server: sshd accepted publickey for ops"}'
const BODY_TIMEOUT_MS = 400
/** Visible ASCII and the space: what a header value may hold. */
const VISIBLE = Array.from({ length: 95 }, (_, at) => String.fromCharCode(0x20 + at))

let system: System
before(async () => {
  system = await startSystem({ limits: { bodyTimeoutMs: BODY_TIMEOUT_MS, bodyBytesMax: 200_000 } })
})
after(() => system.close())

/** Nothing was recorded and nothing was sent on: an input that cannot be read makes no exchange. */
async function withoutTrace(run: () => Promise<RawAnswer | null>): Promise<RawAnswer> {
  const size = await system.ledgerSize()
  const calls = system.vendor.requests.length
  const answer = await run()
  assert.equal(system.vendor.requests.length, calls, 'the upstream was called')
  assert.equal(await system.ledgerSize(), size, 'something was recorded')
  assert.ok(answer !== null, 'no answer')
  return answer
}

function problemIn(answer: RawAnswer): { code?: string; message?: string; type?: string } {
  const { error } = answer.json as {
    error?: { message?: string; type?: string; sekisho?: { code?: string } }
  }
  return { ...error, ...error?.sekisho }
}

describe('bad input gets one typed answer and leaves no trace', () => {
  for (const { name, steps, status, code } of BAD_INPUTS) {
    test(name, async () => {
      const token = await system.token('smbc-engineer')
      const answer = await withoutTrace(() => sendRaw(system.port, steps(token)))
      assert.equal(answer.status, status, answer.body.toString())
      if (code === null) return
      const problem = problemIn(answer)
      assert.equal(problem.code, code)
      assert.ok((problem.message ?? '').length > 0)
      assert.equal(answer.headers.get('x-should-retry'), 'false')
    })
  }
})

describe('an Anthropic client is answered in its own dialect', () => {
  for (const [body, status, code, type] of [
    ['{', 400, 'wire_json_invalid', 'invalid_request_error'],
    [
      '{"model":"vendor/1","messages":[],"messages":[]}',
      400,
      'wire_json_duplicate_key',
      'invalid_request_error',
    ],
  ] as const) {
    test(code, async () => {
      const token = await system.token('smbc-engineer')
      const headers = {
        'content-type': 'application/json',
        'x-api-key': token,
        'anthropic-version': '2026-10-21',
      }
      const answer = await withoutTrace(() =>
        sendRaw(system.port, [rawRequest('POST', '/v1/messages', headers, body)]),
      )
      assert.equal(answer.status, status)
      assert.equal((answer.json as { type?: string }).type, 'error')
      assert.equal(problemIn(answer).code, code)
      assert.equal(problemIn(answer).type, type)
    })
  }

  test('without a credential', async () => {
    const headers = { 'content-type': 'application/json', 'anthropic-version': '2026-10-21' }
    const answer = await withoutTrace(() =>
      sendRaw(system.port, [rawRequest('POST', '/v1/messages', headers, '{}')]),
    )
    assert.equal(answer.status, 401)
    assert.equal(problemIn(answer).type, 'authentication_error')
  })
})

describe('a failed authentication is never anybody', () => {
  for (const { name, headers, code } of BAD_CREDENTIALS) {
    test(name, async () => {
      const request = rawRequest(
        'POST',
        '/v1/responses',
        { 'content-type': 'application/json', ...headers },
        GOOD,
      )
      const answer = await withoutTrace(() => sendRaw(system.port, [request]))
      assert.equal(answer.status, 401)
      assert.equal(problemIn(answer).code, code)
    })
  }

  const ask = (headers: Readonly<Record<string, string | readonly string[]>>) =>
    withoutTrace(() =>
      sendRaw(system.port, [
        rawRequest('POST', '/v1/responses', { 'content-type': 'application/json', ...headers }, GOOD),
      ]),
    )

  test('whatever stands in either header (property)', async () => {
    const real = await system.token('smbc-engineer')
    const visible = fc.string({ unit: fc.constantFrom(...VISIBLE), minLength: 0, maxLength: 200 })
    const near = fc
      .tuple(fc.nat({ max: real.length - 1 }), fc.constantFrom(...VISIBLE))
      .map(([at, letter]) => `${real.slice(0, at)}${letter}${real.slice(at + 1)}`)
      .filter((token) => token !== real)
    const cut = fc.nat({ max: real.length - 1 }).map((length) => real.slice(0, length))
    const twice = fc.constantFrom(`${real}${real}`, `${real},${real}`, `${real} ${real}`, `Bearer ${real}`)
    const token = fc.oneof(visible, near, cut, twice)
    const headers = fc.oneof(
      token.map((value): Record<string, string> => ({ authorization: `Bearer ${value}` })),
      visible.filter((value) => !/^bearer /i.test(value)).map((value) => ({ authorization: value })),
      token.filter((value) => value !== `Bearer ${real}`).map((value) => ({ 'x-api-key': value })),
    )
    const size = await system.ledgerSize()
    await fc.assert(
      fc.asyncProperty(headers, async (sent) => {
        const request = rawRequest(
          'POST',
          '/v1/responses',
          { 'content-type': 'application/json', ...sent },
          GOOD,
        )
        const answer = await sendRaw(system.port, [request])
        assert.equal(answer?.status, 401, `${JSON.stringify(sent)}: ${answer?.body}`)
      }),
      { numRuns: 300 },
    )
    assert.equal(await system.ledgerSize(), size)
    assert.equal(system.vendor.requests.length, 0)
  })

  test('two different credentials', async () => {
    const [one, two] = await Promise.all([system.token('smbc-engineer'), system.token('mufg-analyst')])
    const answer = await ask({ authorization: `Bearer ${one}`, 'x-api-key': two })
    assert.equal(answer.status, 401)
    assert.equal(problemIn(answer).code, 'gateway_credential_conflicting')
  })

  test('two Authorization headers, both good', async () => {
    const token = await system.token('smbc-engineer')
    const answer = await ask({ authorization: [`Bearer ${token}`, `Bearer ${token}`] })
    assert.equal(answer.status, 400)
    assert.equal(problemIn(answer).code, 'gateway_header_conflict')
  })

  test('a token with one character changed', async () => {
    const token = await system.token('smbc-engineer')
    const at = 'sekisho_'.length + 3
    const changed = `${token.slice(0, at)}${token[at] === 'a' ? 'b' : 'a'}${token.slice(at + 1)}`
    const answer = await ask({ authorization: `Bearer ${changed}` })
    assert.equal(problemIn(answer).code, 'gateway_credential_malformed')
  })

  test('an expired token', async () => {
    const token = await system.token('smbc-engineer', '--ttl', '1')
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const answer = await ask({ authorization: `Bearer ${token}` })
    assert.equal(answer.status, 401)
    assert.equal(problemIn(answer).code, 'gateway_credential_expired')
  })

  test('a revoked token, from the next request on', async () => {
    const key = system.keyOf('mizuho-engineer')
    const minted = JSON.parse(await system.desk.run('token', '--key', key, '--json')) as {
      token: string
      id: string
    }
    await system.desk.run('token', 'revoke', minted.id, '--key', key)
    const answer = await ask({ authorization: `Bearer ${minted.token}` })
    assert.equal(answer.status, 401)
    assert.equal(problemIn(answer).code, 'gateway_credential_revoked')
  })

  test('a token of another server', async () => {
    const other = await startSystem()
    try {
      const answer = await ask({ authorization: `Bearer ${await other.token('smbc-engineer')}` })
      assert.equal(answer.status, 401)
      assert.equal(problemIn(answer).code, 'gateway_credential_unknown')
    } finally {
      await other.close()
    }
  })
})

describe('bodies that do not come as announced', () => {
  const head = async (headers: Readonly<Record<string, string>>) => {
    const token = await system.token('smbc-engineer')
    const all = { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers }
    return rawRequest('POST', '/v1/responses', all)
  }

  test('a body that stops short of its length is given up in time', async () => {
    const request = await head({ 'content-length': String(GOOD.length + 100) })
    const answer = await withoutTrace(() => sendRaw(system.port, [request, Buffer.from(GOOD)]))
    assert.equal(answer.status, 408)
    assert.equal(problemIn(answer).code, 'gateway_body_timeout')
  })

  test('a body that comes too slowly is given up in time', async () => {
    const request = await head({ 'content-length': String(GOOD.length) })
    const drops = [...GOOD.slice(0, 20)].flatMap((letter) => [Buffer.from(letter), 50])
    const answer = await withoutTrace(() => sendRaw(system.port, [request, ...drops]))
    assert.equal(answer.status, 408)
  })

  test('chunks that add up to more than the limit', async () => {
    const request = await head({ 'transfer-encoding': 'chunked' })
    const chunk = Buffer.concat([Buffer.from('ffff\r\n'), Buffer.alloc(0xffff, 0x20), Buffer.from('\r\n')])
    const answer = await withoutTrace(() =>
      sendRaw(system.port, [request, chunk, chunk, chunk, chunk, chunk]),
    )
    assert.equal(answer.status, 413)
    assert.equal(problemIn(answer).code, 'wire_body_too_large')
  })

  test('bytes beyond the announced length are not another request of the same caller', async () => {
    const request = await head({ 'content-length': '2' })
    const answer = await withoutTrace(() => sendRaw(system.port, [request, Buffer.from(`{}${GOOD}`)]))
    assert.equal(answer.status, 400)
  })
})

test('an unknown model is a recorded denial, answered once as such', async () => {
  const token = await system.token('smbc-engineer')
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const request = rawRequest('POST', '/v1/responses', headers, GOOD.replace('vendor/1', 'gpt-99-cyber'))
  const answer = await sendRaw(system.port, [request])
  assert.equal(answer?.status, 404)
  assert.match(answer?.headers.get('x-sekisho-receipt') ?? '', /^rcpt-\d+$/)
  const outcome = await system.outcomeOf(answer?.headers.get('x-sekisho-decision') ?? '')
  assert.equal(outcome?.end, 'refused')
})
