/**
 * Takes secrets and personal data out of a request before the provider sees it.
 *
 * Spec: docs/spec/leakage.md §4. What is found in any text of the request is replaced in *every* string of the body,
 * because a value that its neighbours gave away in one place stands alone in the next. All other bytes stay as they are.
 * INVARIANT: what is called redacted was parsed and read again, and nothing was found.
 */
import { type LeakageType, leaksIn } from '../boundary/index.ts'
import { parseWireRequest, WireError, type WireRequest } from '../wire/index.ts'
import { TokenBook } from './tokens.ts'

/** Different values in one request; with more of them it is a database, and does not pass. */
const VALUES_MAX = 1024
/** Times the result is read again: a replacement may bring two halves together. */
const ROUNDS_MAX = 3
const STRING = /"(?:[^"\\]|\\.)*"/gs

export interface Redaction {
  /** What may be sent. The request itself when it could not be redacted. */
  readonly request: WireRequest
  readonly leakage: 'redacted' | 'present'
  /** Turns the answer's tokens back; null when nothing was replaced. */
  readonly tokens: TokenBook | null
}

export interface RedactionOptions {
  /** The server's key: tokens of another server, institution or session are others. */
  readonly secret: Buffer
  readonly scope: readonly string[]
  readonly bodyBytesMax: number
}

/** @param request one that was found to hold something that leaks */
export function redactRequest(request: WireRequest, options: RedactionOptions): Redaction {
  const present: Redaction = { request, leakage: 'present', tokens: null }
  const tokens = new TokenBook(options.secret, options.scope)
  let redacted = request
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const values = valuesIn(redacted)
    if (values.size === 0) return { request: redacted, leakage: 'redacted', tokens }
    if (values.size > VALUES_MAX) return present
    const body = Buffer.from(replaced(redacted.body.toString('utf8'), values, tokens))
    // Tokens may be longer than what they stand for.
    if (body.length > options.bodyBytesMax) return present
    const again = parsed(request, body, options.bodyBytesMax)
    if (again === null) return present
    redacted = again
  }
  return present
}

/** Whether a canary stands in any text of the request. */
export function holdsCanary(request: WireRequest, canaries: readonly string[]): boolean {
  return request.segments.some(({ text }) => canaries.some((canary) => text.includes(canary)))
}

function parsed(request: WireRequest, body: Buffer, bodyBytesMax: number): WireRequest | null {
  try {
    return parseWireRequest(request.dialect, body, { bodyBytesMax })
  } catch (error) {
    if (error instanceof WireError) return null
    throw error
  }
}

/** Values by the texts they stand in; both as written and without JSON escapes, for arguments that are JSON. */
function valuesIn({ segments }: WireRequest): Map<string, LeakageType> {
  const values = new Map<string, LeakageType>()
  for (const { text, kind } of segments) {
    for (const { type, start, end } of leaksIn(text)) {
      const value = text.slice(start, end)
      values.set(value, type)
      const plain = kind === 'text' ? null : unescaped(value)
      if (plain !== null) values.set(plain, type)
    }
  }
  return values
}

function unescaped(value: string): string | null {
  if (!value.includes('\\')) return null
  try {
    return JSON.parse(`"${value}"`) as string
  } catch {
    return null
  }
}

/** Every string of a body in which a value stands, written anew; every other byte as it was. */
function replaced(body: string, values: ReadonlyMap<string, LeakageType>, tokens: TokenBook): string {
  const sources = [...values.keys()].sort((a, b) => b.length - a.length).map(sourceOf)
  const any = new RegExp(sources.join('|'), 'g')
  const tokenOf = (value: string): string => tokens.token(values.get(value) ?? 'generic_password', value)
  return body.replace(STRING, (string) => {
    // INVARIANT: the body was parsed, so each of its strings is JSON.
    const text = string.includes('\\') ? (JSON.parse(string) as string) : string.slice(1, -1)
    const fresh = text.replace(any, tokenOf)
    return fresh === text ? string : JSON.stringify(fresh)
  })
}

/** A number inside a longer number is another one. */
function sourceOf(value: string): string {
  const source = value.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
  return `${/^\d/.test(value) ? '(?<!\\d)' : ''}${source}${/\d$/.test(value) ? '(?!\\d)' : ''}`
}
