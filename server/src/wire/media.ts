/**
 * Content that nobody here can read: images, sound, files.
 *
 * Spec: docs/spec/wire.md §5. Inline bytes pass as unreadable, with a digest. Threat: a URL or a file id makes the
 * vendor fetch what was never here, so anything remote is refused.
 */
import { hash } from 'node:crypto'
import { WireError } from './error.ts'
import { clip, escapePointer, objectAt, stringAt } from './json-at.ts'
import type { JsonValue, Segment, SegmentKind, SegmentRole } from './request.ts'

/** What this module needs of the collector. */
export interface MediaSink {
  push(segment: Segment): void
  text(role: SegmentRole, kind: SegmentKind, text: string, path: string): void
  parts(value: JsonValue, role: SegmentRole, path: string, kind: SegmentKind): void
  structural(role: SegmentRole, value: JsonValue, path: string): void
  unlisted(role: SegmentRole, value: JsonValue, path: string): void
}

/** A `data:` URL, bare base64, or an object around one of them (`image_url`, `input_audio`, `file`). */
export function readMedia(sink: MediaSink, role: SegmentRole, value: JsonValue, path: string): void {
  if (typeof value === 'string') {
    if (!isInlineData(value))
      throw refused('a remote URL cannot be read here; send the bytes as a `data:` URL', path)
    const text = textOfDataUrl(value)
    if (text !== null) {
      sink.text(role, 'text', text, path)
      return
    }
    const sha256 = hash('sha256', value, 'hex')
    // The model does not make media here: whoever says it did gets no less doubt than one who sends them.
    sink.push({
      role: role === 'assistant' ? 'tool' : role,
      kind: 'unreadable',
      text: '',
      path,
      sha256,
      unreadable: 'media',
    })
    return
  }
  const object = objectAt(value, path)
  for (const member of Object.keys(object)) {
    // INVARIANT: `member` comes from Object.keys.
    const inner = object[member] as JsonValue
    const at = `${path}/${escapePointer(member)}`
    if (member === 'file_id' || member === 'id') {
      throw refused(`\`${member}\` refers to a file kept at the vendor; send the content itself`, at)
    }
    if (member === 'url' || member === 'data' || member === 'file_data') readMedia(sink, role, inner, at)
    else if (member === 'detail' || member === 'format') sink.structural(role, inner, at)
    else sink.unlisted(role, inner, at)
  }
}

/** Anthropic `source`: base64 bytes, plain text, nested content; `url` and `file` are refused. */
export function readSource(sink: MediaSink, role: SegmentRole, value: JsonValue, path: string): void {
  const object = objectAt(value, path)
  const type = stringAt(object.type ?? null, `${path}/type`)
  const content = type === 'content' ? 'content' : 'data'
  const at = `${path}/${content}`
  if (type === 'base64') readMedia(sink, role, stringAt(object.data ?? null, at), at)
  else if (type === 'text') sink.text(role, 'text', stringAt(object.data ?? null, at), at)
  else if (type === 'content') sink.parts(object.content ?? null, role, at, 'text')
  else if (type === 'url' || type === 'file') {
    throw refused(`a source of type \`${type}\` cannot be read here; send the content itself`, path)
  } else throw new WireError('wire_item_unknown', `source of unknown type \`${clip(type)}\``, path)
  for (const member of Object.keys(object)) {
    if (member === content) continue
    // INVARIANT: `member` comes from Object.keys.
    const inner = object[member] as JsonValue
    const place = `${path}/${escapePointer(member)}`
    if (member === 'type' || member === 'media_type') sink.structural(role, inner, place)
    else sink.unlisted(role, inner, place)
  }
}

/** The text of a `data:text/…` URL; null for anything else. */
function textOfDataUrl(value: string): string | null {
  const head = /^data:\s*text\/[^,]{0,256},/i.exec(value)?.[0]
  if (head === undefined) return null
  const body = value.slice(head.length)
  try {
    const plain = decodeURIComponent(body)
    return /;\s*base64\s*,$/i.test(head) ? Buffer.from(plain, 'base64').toString('utf8') : plain
  } catch {
    return body
  }
}

function isInlineData(value: string): boolean {
  if (value.startsWith('data:')) return true
  // Bare base64, as `file_data` and Anthropic's `data` send it. A URL or an id always holds a character outside.
  return value.length > 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(value)
}

function refused(message: string, path: string): WireError {
  return new WireError('wire_item_refused', message, path)
}
