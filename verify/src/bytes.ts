/**
 * Bytes and text: strict base64, strict UTF-8, hexadecimal, concatenation.
 *
 * Threat: lenient decoders read several texts as the same bytes; each decoder here accepts exactly one.
 */
import { VerifyError } from './error.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** @throws {VerifyError} `utf8_malformed` */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new VerifyError('utf8_malformed', 'not UTF-8', { cause })
  }
}

/** Standard base64 with padding, RFC 4648 §4. */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
}

/**
 * @param place where the text stands, for the message
 * @throws {VerifyError} `base64_malformed` for anything `toBase64` would not have written
 */
export function fromBase64(text: string, place = 'base64'): Uint8Array {
  let binary: string
  try {
    binary = atob(text)
  } catch (cause) {
    throw new VerifyError('base64_malformed', `${place} is not base64`, {
      place,
      got: text.slice(0, 80),
      cause,
    })
  }
  if (btoa(binary) !== text) {
    throw new VerifyError('base64_malformed', `${place} is not canonical base64`, {
      place,
      expected: btoa(binary).slice(0, 80),
      got: text.slice(0, 80),
    })
  }
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
