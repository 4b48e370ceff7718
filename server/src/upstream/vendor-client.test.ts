import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { after, before, describe, test } from 'node:test'
import {
  createEventReader,
  createSseParser,
  type Dialect,
  readResponse,
  type StreamPart,
} from '../wire/index.ts'
import type { UpstreamErrorCode } from './error.ts'
import { openUpstreams, type VendorConfig } from './open.ts'
import { CANNED_TEXT } from './testing/canned.ts'
import { type Gathered, gather } from './testing/collect.ts'
import {
  SCRIPT_NAMES,
  type ScriptedVendor,
  type ScriptName,
  startScriptedVendor,
} from './testing/scripted-vendor.ts'
import type { Upstream } from './upstream.ts'

const LIMITS = { headTimeoutMs: 300, idleTimeoutMs: 300, answerBytesMax: 512 * 1024 }
const DIALECTS = ['responses', 'chat', 'messages'] as const

function open(vendor: { baseUrl: string }, more: Partial<VendorConfig> = {}): Upstream {
  const config: VendorConfig = {
    id: 'v',
    kind: 'openai_compatible',
    baseUrl: vendor.baseUrl,
    apiKey: 'sk-vendor',
    dialects: DIALECTS,
    ...LIMITS,
    ...more,
  }
  return openUpstreams([config]).get('v') ?? assert.fail()
}

function bodyFor(dialect: Dialect, stream: boolean): unknown {
  const content = dialect === 'responses' ? { input: 'hi' } : { messages: [{ role: 'user', content: 'hi' }] }
  return { model: 'gpt-test', stream, ...content }
}

/** The last part that is no text beside the named ones. */
function ending(read: readonly StreamPart[]): StreamPart | undefined {
  return read.findLast((part) => part.type !== 'delta' || part.channel !== 'other')
}

function parts(dialect: Dialect, got: Gathered): StreamPart[] {
  const parser = createSseParser()
  const reader = createEventReader(dialect)
  const events = [...parser.push(got.body), ...parser.end()]
  return [...events.flatMap((event) => reader.read(event)), ...reader.finish()]
}

function textOf(read: readonly StreamPart[]): string {
  return read.map((part) => (part.type === 'delta' && part.channel === 'text' ? part.text : '')).join('')
}

describe('a vendor over HTTP', () => {
  let vendor: ScriptedVendor
  let upstream: Upstream
  before(async () => {
    vendor = await startScriptedVendor()
    upstream = open(vendor)
  })
  after(async () => {
    await upstream.close()
    await vendor.close()
  })

  const call = (script: ScriptName, dialect: Dialect, stream: boolean): Promise<Gathered> => {
    vendor.play(script)
    return gather(upstream, { dialect, body: bodyFor(dialect, stream) })
  }

  for (const dialect of DIALECTS) {
    for (const script of ['ok', 'split_utf8', 'slow_drip'] as const) {
      test(`${dialect}: ${script}: the stream arrives byte for byte and reads as one text`, async () => {
        const got = await call(script, dialect, true)
        assert.equal(got.error, null)
        const read = parts(dialect, got)
        assert.equal(textOf(read), CANNED_TEXT.join(''))
        assert.deepEqual(ending(read), { type: 'end', how: 'completed', vendorCode: null })
      })
    }

    test(`${dialect}: a whole answer`, async () => {
      const got = await call('ok', dialect, false)
      assert.equal(textOf(readResponse(dialect, got.body)), CANNED_TEXT.join(''))
    })

    test(`${dialect}: a reader that pauses after every chunk gets everything`, async () => {
      vendor.play('slow_drip')
      const got = await gather(upstream, { dialect, body: bodyFor(dialect, true), slowReader: true })
      assert.equal(textOf(parts(dialect, got)), CANNED_TEXT.join(''))
      assert.ok(got.chunks > 3)
    })
  }

  const FAILURES: readonly [ScriptName, boolean, UpstreamErrorCode][] = [
    ['redirect_307', false, 'upstream_redirect'],
    ['status_204', false, 'upstream_protocol'],
    ['wrong_content_type', false, 'upstream_content_type'],
    ['wrong_content_type', true, 'upstream_content_type'],
    ['gzip_body', false, 'upstream_encoding'],
    ['gzip_body', true, 'upstream_encoding'],
    ['not_http', false, 'upstream_protocol'],
    ['cut_before_head', true, 'upstream_cut'],
    ['hang_before_head', true, 'upstream_head_timeout'],
    ['lying_content_length', false, 'upstream_cut'],
    ['oversized_json', false, 'upstream_answer_too_large'],
    ['oversized_event', true, 'upstream_answer_too_large'],
    ['cut_mid_stream', true, 'upstream_cut'],
    ['hang_mid_stream', true, 'upstream_idle_timeout'],
  ]
  for (const [script, stream, code] of FAILURES) {
    test(`${script}${stream ? ', streaming' : ''}: ${code}`, async () => {
      assert.equal((await call(script, 'responses', stream)).error?.code, code)
    })
  }

  for (const script of SCRIPT_NAMES.filter(
    (name) => name.startsWith('error_') && !name.includes('mid_stream'),
  )) {
    test(`${script}: the answer passes with its status, and is no UpstreamError`, async () => {
      const got = await call(script, 'responses', true)
      assert.equal(got.error, null)
      assert.equal(got.status, Number(/\d{3}/.exec(script)?.[0]))
    })
  }

  const UNREADABLE: readonly ScriptName[] = [
    'garbage_event',
    'not_json_event',
    'duplicate_key_event',
    'unknown_event',
    'hosted_tool_event',
  ]
  for (const script of UNREADABLE) {
    for (const dialect of DIALECTS) {
      test(`${dialect}: ${script}: reads as unknown`, async () => {
        assert.ok(parts(dialect, await call(script, dialect, true)).some((part) => part.type === 'unknown'))
      })
    }
  }

  test('a stream that ends cleanly but too early has no end', async () => {
    for (const dialect of DIALECTS) {
      const got = await call('no_terminator', dialect, true)
      assert.equal(got.error, null)
      assert.ok(!parts(dialect, got).some((part) => part.type === 'end'))
    }
  })

  test('a refusal in the middle of a stream keeps the vendor’s code', async () => {
    for (const dialect of DIALECTS) {
      const read = parts(dialect, await call('cyber_policy_mid_stream', dialect, true))
      const vendorMessage = 'Stopped by cybersecurity safeguards.'
      assert.deepEqual(ending(read), {
        type: 'end',
        how: 'failed',
        vendorCode: 'cyber_policy',
        vendorMessage,
      })
    }
  })

  test('the served model and programme are reported', async () => {
    const other = parts('responses', await call('served_other_model', 'responses', true))
    assert.ok(other.some((part) => part.type === 'served' && part.model === 'some-weaker-model'))
    const programme = parts('responses', await call('served_other_program', 'responses', true))
    assert.ok(programme.some((part) => part.type === 'served' && part.accessProgram === 'daybreak_blue'))
  })

  test('one request each: nothing is retried, no redirect is followed', async () => {
    for (const script of ['error_500', 'error_429_rate_limit', 'cut_before_head', 'redirect_307'] as const) {
      const before = vendor.requests.length
      await call(script, 'responses', true)
      assert.equal(vendor.requests.length, before + 1, script)
    }
  })

  test('only listed headers go out and come back', async () => {
    vendor.play('ok')
    const headers = {
      'anthropic-beta': 'x-1',
      cookie: 'c',
      authorization: 'Bearer client',
      'x-codex-cyber-access-program': 'red',
    }
    const got = await gather(upstream, { dialect: 'messages', body: bodyFor('messages', false), headers })
    assert.deepEqual(Object.keys(got.headers).sort(), ['content-type', 'x-request-id'])
    const sent = vendor.requests.at(-1) ?? assert.fail()
    assert.equal(sent.path, '/v1/messages?beta=true')
    assert.equal(sent.headers['anthropic-beta'], 'x-1')
    assert.equal(sent.headers.authorization, 'Bearer sk-vendor')
    assert.equal(sent.headers.cookie, undefined)
    assert.equal(sent.headers['x-codex-cyber-access-program'], undefined)
    assert.equal(sent.headers['accept-encoding'], 'identity')
  })

  test('aborting in the middle ends both sides at once, and only once', async () => {
    const controller = new AbortController()
    vendor.play('hang_mid_stream')
    const got = await gather(upstream, {
      dialect: 'responses',
      body: bodyFor('responses', true),
      signal: controller.signal,
      onChunk: () => controller.abort(),
    })
    assert.equal(got.error?.code, 'upstream_aborted')
    await vendor.requests.at(-1)?.left
  })

  test('aborting before the head frees the connection', async () => {
    const controller = new AbortController()
    vendor.play('hang_before_head')
    const pending = gather(upstream, {
      dialect: 'chat',
      body: bodyFor('chat', true),
      signal: controller.signal,
    })
    const seen = vendor.requests.length
    while (vendor.requests.length === seen) await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    assert.equal((await pending).error?.code, 'upstream_aborted')
    await vendor.requests.at(-1)?.left
  })

  test('calls waiting for a connection can be aborted, and are then never sent', async () => {
    const narrow = open(vendor, { connectionsMax: 1, headTimeoutMs: 5000 })
    vendor.play('hang_before_head')
    const first = new AbortController()
    const second = new AbortController()
    const before = vendor.requests.length
    const one = gather(narrow, { dialect: 'chat', body: bodyFor('chat', true), signal: first.signal })
    const two = gather(narrow, { dialect: 'chat', body: bodyFor('chat', true), signal: second.signal })
    while (vendor.requests.length === before) await new Promise((resolve) => setImmediate(resolve))
    second.abort()
    assert.equal((await two).error?.code, 'upstream_aborted')
    vendor.play('ok')
    first.abort()
    await one
    const third = await gather(narrow, { dialect: 'chat', body: bodyFor('chat', true) })
    assert.equal(third.error, null)
    assert.equal(vendor.requests.length, before + 2)
    await narrow.close()
  })

  test('a dialect the upstream does not speak is refused', async () => {
    const anthropic = open(vendor, { kind: 'anthropic', dialects: ['messages'] })
    const got = await gather(anthropic, { dialect: 'chat', body: bodyFor('chat', true) })
    assert.equal(got.error?.code, 'upstream_dialect')
    await anthropic.close()
  })

  test('closing ends what is open', async () => {
    const short = open(vendor)
    vendor.play('hang_mid_stream')
    const got = await gather(short, {
      dialect: 'responses',
      body: bodyFor('responses', true),
      onChunk: (chunks) => {
        if (chunks === 1) void short.close()
      },
    })
    assert.equal(got.error?.code, 'upstream_closed')
  })
})

test('nobody listening: connect failed', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const upstream = open({ baseUrl: `http://127.0.0.1:${port}/v1` })
  const got = await gather(upstream, { dialect: 'chat', body: bodyFor('chat', false) })
  assert.equal(got.error?.code, 'upstream_connect_failed')
  await upstream.close()
})

const BAD_CONFIG: readonly Partial<VendorConfig>[] = [
  { baseUrl: 'not a url' },
  { baseUrl: 'ftp://127.0.0.1/v1' },
  { baseUrl: 'https://user:pw@example.com/v1' },
  { baseUrl: 'https://example.com/v1?x=1' },
  { kind: 'openai', baseUrl: 'http://example.com/v1' },
  { kind: 'openai', apiKey: '' },
  { kind: 'anthropic', apiKey: 'a b' },
  { headers: { 'x y': '1' } },
  { headers: { x: 'a\r\nb' } },
]

for (const config of BAD_CONFIG) {
  test(`refuses ${JSON.stringify(config)}`, () => {
    assert.throws(() => open({ baseUrl: 'http://127.0.0.1:1/v1' }, config), { code: 'upstream_config' })
  })
}

test('an id twice is refused', () => {
  const config = { id: 'r', kind: 'rehearsal' } as const
  assert.throws(() => openUpstreams([config, config]), { code: 'upstream_config' })
})
