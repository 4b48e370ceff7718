import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSseParser, type SseEvent } from './sse.ts'

function read(bytes: Buffer, cuts: (bytes: Buffer) => Buffer[]): SseEvent[] {
  const parser = createSseParser()
  return [...cuts(bytes).flatMap((chunk) => parser.push(Buffer.from(chunk))), ...parser.end()]
}

const whole = (bytes: Buffer): Buffer[] => [bytes]
const bytewise = (bytes: Buffer): Buffer[] => Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))
const by = (size: number) => (bytes: Buffer) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))

function plain(events: readonly SseEvent[]): unknown[] {
  return events.map(({ event, data, raw, odd }) => ({
    event,
    data: data?.toString() ?? null,
    raw: raw.toString(),
    odd,
  }))
}

const STREAMS: readonly [string, string, (string | null)[]][] = [
  ['LF', 'event: a\ndata: 1\n\nevent: b\ndata: 2\n\n', ['1', '2']],
  ['CRLF', 'event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n', ['1', '2']],
  ['CR', 'event: a\rdata: 1\r\rdata: 2\r\r', ['1', '2']],
  ['mixed', 'data: 1\r\n\ndata: 2\n\r\ndata: 3\r\r\n', ['1', '2', '3']],
  ['several data lines', 'data: 1\ndata: 2\ndata:\n\n', ['1\n2\n']],
  ['no space', 'data:1\n\n', ['1']],
  ['only one space is taken', 'data:  1\n\n', [' 1']],
  ['a comment and a ping', ': hello\n\nevent: ping\n\ndata: 1\n\n', [null, null, '1']],
  ['a byte order mark', '\ufeffdata: 1\n\n', ['1']],
  ['no final blank line', 'data: 1\n\ndata: 2\n', ['1', '2']],
  ['no final line end', 'data: 1\n\ndata: 2', ['1', '2']],
  ['blank lines', '\n\n\ndata: 1\n\n', [null, null, null, '1']],
  ['Japanese and astral', 'data: 侵入検知🛡️\r\n\r\ndata: 終\n\n', ['侵入検知🛡️', '終']],
  ['a colon in the data', 'data: {"a":"b: c"}\n\n', ['{"a":"b: c"}']],
]

for (const [what, stream, datas] of STREAMS) {
  test(`${what}: the same events whole, chunked and byte by byte`, () => {
    const bytes = Buffer.from(stream)
    const events = plain(read(bytes, whole))
    assert.deepEqual(
      events.map((event) => (event as { data: string | null }).data),
      datas,
    )
    for (const cut of [bytewise, by(2), by(3), by(7)]) assert.deepEqual(plain(read(bytes, cut)), events)
    assert.equal(events.map((event) => (event as { raw: string }).raw).join(''), stream, 'no byte is lost')
  })
}

test('any bytes, cut anywhere: every byte is in one event, and the events do not depend on the cuts', () => {
  const line = fc.constantFrom('data: x', 'data: 日本', 'event: a', ': c', 'id: 1', 'junk', '', 'retry: 5')
  const stream = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 30 })
  fc.assert(
    fc.property(stream, fc.array(fc.nat({ max: 20 }), { maxLength: 20 }), (lines, sizes) => {
      const bytes = Buffer.from(lines.flat().join(''))
      const cut = (all: Buffer): Buffer[] => {
        const chunks: Buffer[] = []
        let at = 0
        for (const size of sizes) {
          chunks.push(all.subarray(at, at + size))
          at += size
        }
        return [...chunks, all.subarray(at)]
      }
      const events = read(bytes, cut)
      assert.deepEqual(Buffer.concat(events.map((event) => event.raw)), bytes)
      assert.deepEqual(plain(events), plain(read(bytes, whole)))
    }),
  )
})

test('lines that no vendor sends are marked', () => {
  assert.equal(read(Buffer.from('secret: text\ndata: 1\n\n'), whole)[0]?.odd, true)
  assert.equal(read(Buffer.from(`: ${'c'.repeat(300)}\n\n`), whole)[0]?.odd, true)
  assert.equal(read(Buffer.from(`id: ${'c'.repeat(300)}\n\n`), whole)[0]?.odd, true)
  assert.equal(read(Buffer.from('id: 1\nretry: 5\n: keep-alive\ndata: 1\n\n'), whole)[0]?.odd, false)
})

for (const cut of [whole, by(100)]) {
  test(`limits hold, ${cut === whole ? 'whole' : 'chunked'}`, () => {
    const feed = (text: string, limits: { eventBytesMax?: number; lineBytesMax?: number }): void => {
      const parser = createSseParser(limits)
      for (const chunk of cut(Buffer.from(text))) parser.push(chunk)
    }
    assert.throws(() => feed(`data: ${'a'.repeat(2000)}`, { lineBytesMax: 1000 }), {
      code: 'wire_sse_line_too_large',
    })
    assert.throws(() => feed(`data: ${'a'.repeat(2000)}\n\n`, { lineBytesMax: 1000 }), {
      code: 'wire_sse_line_too_large',
    })
    const lines = 'data: aaaaaaaaaaaaaaaaaaa\n'.repeat(100)
    assert.throws(() => feed(lines, { eventBytesMax: 1000 }), { code: 'wire_sse_event_too_large' })
    assert.throws(() => feed(`${lines}\n`, { eventBytesMax: 1000 }), { code: 'wire_sse_event_too_large' })
    feed('data: aaaaaaaaaaaaaaaaaaa\n\n'.repeat(100), { eventBytesMax: 1000 })
  })
}

test('bytes given out stay as they were while more arrive', () => {
  const parser = createSseParser()
  const [first] = parser.push(Buffer.from('data: one\n\ndata: tw'))
  parser.push(Buffer.from('o\n\ndata: three\n\ndata: f'))
  parser.push(Buffer.from('our\n\n'))
  assert.equal(first?.raw.toString(), 'data: one\n\n')
})
