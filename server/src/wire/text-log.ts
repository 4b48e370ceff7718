/**
 * What a stream has said so far, per text: so that a repetition is told from something new.
 *
 * The Responses dialect sends every text up to five times (deltas, `…text.done`, `content_part.done`,
 * `output_item.done`, `response.completed`). Scanning all five would cost four times the work; believing the last
 * four unread would let a vendor or a proxy put text there that no delta carried. So they are compared.
 */
import { hash } from 'node:crypto'
import type { JsonObject, JsonValue, StreamPart } from './request.ts'

export type Channel = 'text' | 'reasoning' | 'tool_arguments' | 'refusal'

export class TextLog {
  private readonly said = new Map<string, string>()
  private readonly opaque = new Set<string>()
  /** A refusal by the model itself has been read. */
  refused = false

  /** A piece of the text `key`. */
  delta(parts: StreamPart[], channel: Channel, key: string, text: JsonValue | undefined): void {
    if (typeof text !== 'string' || text === '') return
    if (channel === 'refusal') this.refused = true
    this.said.set(key, (this.said.get(key) ?? '') + text)
    parts.push({ type: 'delta', channel, key, text })
  }

  /** The whole text `key`, again: new only where it differs from what was said. */
  whole(parts: StreamPart[], channel: Channel, key: string, value: JsonValue | undefined): void {
    if (value === undefined || value === null || value === '') return
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const said = this.said.get(key)
    if (said === text) return
    if (channel === 'refusal') this.refused = true
    this.said.set(key, text)
    // A text that does not continue the one before is read from its start, under a key of its own.
    parts.push({ type: 'delta', channel, key: said === undefined ? key : `${key}#whole`, text })
  }

  /** Whether exactly this text was said before. */
  knows(text: string): boolean {
    for (const said of this.said.values()) if (said === text) return true
    return false
  }

  /** A value the vendor encrypted: reported once. */
  sealed(parts: StreamPart[], value: JsonValue | undefined): void {
    if (typeof value !== 'string' || value === '') return
    const sha256 = hash('sha256', value, 'hex')
    if (this.opaque.has(sha256)) return
    this.opaque.add(sha256)
    parts.push({ type: 'opaque', sha256 })
  }
}

export function objectOf(value: JsonValue | undefined): JsonObject | null {
  return value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)
    ? null
    : value
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : []
}

export function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

export function countOf(value: JsonValue | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0
}

const VENDOR_MESSAGE_CHARS_MAX = 500

/** The `end` part of an answer that failed, with the vendor's words where it gave any. */
export function failedEnd(vendorCode: string | null, message: JsonValue | undefined): StreamPart {
  const end = { type: 'end', how: 'failed', vendorCode } as const
  if (typeof message !== 'string' || message === '') return end
  return { ...end, vendorMessage: message.slice(0, VENDOR_MESSAGE_CHARS_MAX) }
}
