/**
 * Turns tokens in an answer back into what they stand for, on its way to the client.
 *
 * Spec: docs/spec/leakage.md §4.3. Runs behind the guard: the guard reads what the provider sent. Text and tool
 * arguments are restored, reasoning is not (its signature covers it). A token cut over events is put together: text
 * moves between events of its channel, and an event waits only while its end may be the beginning of a token.
 */
import type { Dialect, JsonObject, JsonValue } from '../wire/index.ts'
import { lastWord, type TokenBook } from './tokens.ts'

/** Events that wait at most. */
const WAITING_MAX = 256
/** Arguments are JSON inside a string: what is put into them is escaped once more. */
const JSON_MEMBERS: ReadonlySet<string> = new Set(['arguments', 'partial_json'])
const UNTOUCHED: ReadonlySet<string> = new Set(['reasoning', 'thinking', 'redacted_thinking'])
/** Stays open across it: nothing was said. */
const SILENT = /^(?:event: ?ping|:)/

export interface Restorer {
  /** One event's bytes; what may leave now, in order. */
  push(raw: Buffer): Buffer[]
  end(): Buffer[]
}

/** A whole JSON answer with its tokens restored; the same bytes when it holds none. */
export function restoreWhole(body: Buffer, tokens: TokenBook): Buffer {
  if (!body.includes('SEKISHO_')) return body
  const value = JSON.parse(body.toString('utf8')) as JsonValue
  const restored = walk(value, tokens, false)
  return Buffer.from(JSON.stringify(restored))
}

interface Waiting {
  raw: Buffer
  /** A piece of running text, or null. */
  readonly piece: Piece | null
  text: string
  open: boolean
}

/** A running text's piece in one event, and how to write another one in its place. */
interface Piece {
  readonly channel: string
  readonly form: 'plain' | 'json'
  readonly text: string
  write(text: string): void
}

export function createRestorer(dialect: Dialect, tokens: TokenBook): Restorer {
  const waiting: Waiting[] = []
  const openOf = (channel: string): Waiting | undefined =>
    waiting.find((each) => each.open && each.piece?.channel === channel)
  /** What has been said of each running text, as far as an address may go on from it. */
  const ends = new Map<string, string>()
  const said = (channel: string, text: string): void =>
    void ends.set(channel, lastWord((ends.get(channel) ?? '') + text))
  const close = (each: Waiting): void => {
    if (each.open && each.piece !== null) said(each.piece.channel, each.text)
    each.open = false
  }
  const closeAll = (): void => waiting.forEach(close)
  const leave = (): Buffer[] => {
    let count = 0
    while (waiting[count]?.open === false) count++
    return waiting.splice(0, count).map(({ raw }) => raw)
  }
  const running = (raw: Buffer, data: JsonObject, piece: Piece): void => {
    const before = openOf(piece.channel)
    const whole = (before?.text ?? '') + piece.text
    const restored = tokens.restore(whole, piece.form, ends.get(piece.channel))
    const openChars = tokens.openChars(restored)
    const entry: Waiting = { raw, piece, text: piece.text, open: openChars > 0 }
    waiting.push(entry)
    if (before === undefined) {
      if (restored !== piece.text) rewrite(entry, data, restored)
      if (!entry.open) said(piece.channel, restored)
      return
    }
    before.open = false
    const settled = restored.slice(0, restored.length - openChars)
    said(piece.channel, settled)
    if (openChars === 0 && restored === whole) return
    rewrite(before, null, settled)
    rewrite(entry, data, restored.slice(restored.length - openChars))
  }
  const datas = new WeakMap<Waiting, { data: JsonObject; raw: Buffer }>()
  function rewrite(entry: Waiting, data: JsonObject | null, text: string): void {
    const known = datas.get(entry) ?? (data === null ? null : { data, raw: entry.raw })
    if (known === null || entry.piece === null) return
    entry.piece.write(text)
    entry.text = text
    entry.raw = withData(known.raw, known.data)
  }
  return {
    push(raw) {
      const data = dataOf(raw)
      const piece = data === null ? null : pieceOf(dialect, data)
      if (data !== null && piece !== null) {
        running(raw, data, piece)
        const last = waiting.at(-1)
        if (last !== undefined && !datas.has(last)) datas.set(last, { data, raw })
      } else {
        if (!SILENT.test(raw.toString('latin1', 0, 16))) closeAll()
        const whole = data !== null && raw.includes('SEKISHO_')
        // INVARIANT: an object stays an object.
        const fresh = whole ? withData(raw, walk(data, tokens, false) as JsonObject) : raw
        waiting.push({ raw: fresh, piece: null, text: '', open: false })
      }
      const left = leave()
      // The first to wait gives up: what stands behind it may still be put together.
      while (waiting.length > WAITING_MAX) {
        if (waiting[0] !== undefined) close(waiting[0])
        left.push(...leave())
      }
      return left
    },
    end() {
      closeAll()
      return leave()
    },
  }
}

function walk(value: JsonValue, tokens: TokenBook, json: boolean): JsonValue {
  if (typeof value === 'string') return tokens.restore(value, json ? 'json' : 'plain')
  if (Array.isArray(value)) return value.map((each) => walk(each, tokens, json))
  if (value === null || typeof value !== 'object') return value
  if (typeof value.type === 'string' && UNTOUCHED.has(value.type)) return value
  const fresh: JsonObject = {}
  for (const [key, inner] of Object.entries(value)) fresh[key] = walk(inner, tokens, JSON_MEMBERS.has(key))
  return fresh
}

function dataOf(raw: Buffer): JsonObject | null {
  const lines = raw.toString('utf8').split(/\r\n|\r|\n/)
  const text = lines
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5))
    .join('\n')
  if (!text.trimStart().startsWith('{')) return null
  try {
    return JSON.parse(text) as JsonObject
  } catch {
    return null
  }
}

/** The event's other lines as they were, its data on one line. */
function withData(raw: Buffer, data: JsonObject): Buffer {
  const lines = raw.toString('utf8').split(/\r\n|\r|\n/)
  const others = lines.filter((line) => line !== '' && !line.startsWith('data:'))
  return Buffer.from(`${[...others, `data: ${JSON.stringify(data)}`].join('\n')}\n\n`)
}

function pieceOf(dialect: Dialect, data: JsonObject): Piece | null {
  if (dialect === 'responses') return responsesPiece(data)
  return dialect === 'chat' ? chatPiece(data) : messagesPiece(data)
}

function responsesPiece(data: JsonObject): Piece | null {
  const { type, delta } = data
  if (
    typeof type !== 'string' ||
    typeof delta !== 'string' ||
    !type.endsWith('.delta') ||
    type.includes('reasoning')
  )
    return null
  const json = type === 'response.function_call_arguments.delta'
  const channel = [type, data.item_id, data.output_index, data.content_index].join(' ')
  return member(data, 'delta', channel, json ? 'json' : 'plain')
}

function messagesPiece(data: JsonObject): Piece | null {
  const delta = objectOf(data.delta)
  if (data.type !== 'content_block_delta' || delta === null) return null
  const channel = `${data.index}`
  if (delta.type === 'text_delta') return member(delta, 'text', channel, 'plain')
  return delta.type === 'input_json_delta' ? member(delta, 'partial_json', channel, 'json') : null
}

/** LIMIT: the first running text of a chunk; vendors send one. */
function chatPiece(data: JsonObject): Piece | null {
  const choice = Array.isArray(data.choices) ? objectOf(data.choices[0]) : null
  const delta = objectOf(choice?.delta)
  if (choice === null || delta === null || (choice.finish_reason ?? null) !== null) return null
  const own = `${choice.index}`
  if (typeof delta.content === 'string') return member(delta, 'content', `${own} content`, 'plain')
  if (typeof delta.refusal === 'string') return member(delta, 'refusal', `${own} refusal`, 'plain')
  const call = Array.isArray(delta.tool_calls) ? objectOf(delta.tool_calls[0]) : null
  const inner = objectOf(call?.function) ?? objectOf(call?.custom)
  if (call === null || inner === null) return null
  return typeof inner.arguments === 'string'
    ? member(inner, 'arguments', `${own} call ${call.index}`, 'json')
    : member(inner, 'input', `${own} call ${call.index}`, 'plain')
}

function member(object: JsonObject, name: string, channel: string, form: Piece['form']): Piece | null {
  const text = object[name]
  if (typeof text !== 'string') return null
  return { channel, form, text, write: (fresh) => Object.assign(object, { [name]: fresh }) }
}

function objectOf(value: JsonValue | undefined): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
}
