/**
 * Scans a stream of events and releases only what has been scanned.
 *
 * An event leaves when every character it carries is cleared, in the order of arrival and byte for byte. Nothing
 * is held for ordinary text; once a secret's public prefix is complete, everything from there waits until the
 * secret is complete (the stream is cut) or cannot become one (everything leaves).
 *
 * Spec: docs/spec/leakage.md §3. HOSTILE: the model's output may be steered by what it read.
 */
import { createSecretScanner, type SecretScanner, type SecretSpan } from '../boundary/index.ts'
import type { StreamPart } from '../wire/index.ts'
import { type Channel, createChannel } from './channel.ts'
import type { Finding } from './finding.ts'
import { holdingScanner } from './holding.ts'

/** Bytes held back at most by default. */
const HELD_BYTES_MAX = 1 << 20
/** Channels of one stream at most; a stream that opens more is cut. */
const CHANNELS_MAX = 1024

/** Padding that OpenAI adds to every delta. */
const PADDING = 'other:member obfuscation'

export interface GuardOptions {
  /** Strings that must never leave, 8 to 256 characters. */
  readonly canaries?: readonly string[]
  /** Bytes held back at most before the stream is cut. */
  readonly heldBytesMax?: number
  /** Characters of every text always held back, at least 128 when not 0: then numbers of people are found before they leave. */
  readonly holdBackChars?: number
}

/** The guard in a response header: bytes it may hold before it cuts, characters it always holds. */
export function guardHeader({ heldBytesMax, holdBackChars }: GuardOptions): string {
  return `window=${heldBytesMax ?? HELD_BYTES_MAX}; hold-back=${holdBackOf(holdBackChars)}`
}

export interface GuardStep {
  /** Events to send on now, byte-identical and in order. */
  readonly release: Buffer[]
  /** What cut the stream, in this step or before; afterwards nothing is released any more. */
  readonly cut: Finding | null
}

export interface StreamGuard {
  /** One event's bytes with what it carries. */
  push(raw: Buffer, parts: readonly StreamPart[]): GuardStep
  /** The upstream ended: what is held can no longer become a secret and leaves. */
  end(): GuardStep
  /** Bytes held back now. */
  heldBytes(): number
}

interface Held {
  readonly raw: Buffer
  readonly marks: readonly { readonly channel: Channel; readonly ends: readonly number[] }[]
}

/**
 * Makes the guard of one stream.
 *
 * @throws {BoundaryError} `boundary_canary_short`, `boundary_canary_long`
 */
export function createStreamGuard(options: GuardOptions = {}): StreamGuard {
  const scanner = scannerFor(options)
  const heldBytesMax = options.heldBytesMax ?? HELD_BYTES_MAX
  const channels = new Map<string, Channel>()
  const held: Held[] = []
  let heldBytes = 0
  let cut: Finding | null = null

  // Most events continue the text of the one before: its channel is at hand without making a name.
  let last: {
    readonly kind: string
    readonly key: string
    readonly name: string
    readonly of: Channel
  } | null = null
  const channelOf = (kind: string, key: string): NonNullable<typeof last> => {
    if (last !== null && last.kind === kind && last.key === key) return last
    const name = `${kind}:${key}`
    let of = channels.get(name)
    if (of === undefined) {
      of = createChannel(scanner, kind === 'tool_arguments')
      channels.set(name, of)
    }
    last = { kind, key, name, of }
    return last
  }
  const scan = (part: StreamPart): Held['marks'][number] | null => {
    if (part.type === 'unknown') cut ??= finding('unknown_event', part.name, null)
    if (part.type !== 'delta') return null
    if (part.channel === 'other' && part.key === 'event') {
      const [span] = scanner.spans(part.text)
      if (span !== undefined) cut ??= secretFinding(span, 'other:event')
      return null
    }
    const { name, of: channel } = channelOf(part.channel, part.key)
    const { found, ends } = channel.push(part.text)
    if (found !== null) cut ??= secretFinding(found, name)
    // Random padding may open a format at any time: it is read, and delays nothing.
    return name === PADDING ? null : { channel, ends }
  }
  const stop = (): GuardStep => {
    held.length = 0
    heldBytes = 0
    return { release: [], cut }
  }
  const releasable = (): Buffer[] => {
    let count = 0
    while (count < held.length && areCleared(held[count]?.marks ?? [])) count++
    const release = held.splice(0, count).map(({ raw }) => raw)
    for (const raw of release) heldBytes -= raw.length
    return release
  }

  return {
    heldBytes: () => heldBytes,
    push(raw, parts) {
      if (cut !== null) return stop()
      const marks: Held['marks'][number][] = []
      for (const part of parts) {
        const mark = scan(part)
        if (mark !== null) marks.push(mark)
      }
      if (channels.size > CHANNELS_MAX) cut ??= finding('window_exceeded', 'channels', null)
      if (cut !== null) return stop()
      if (held.length === 0 && areCleared(marks)) return { release: [raw], cut }
      held.push({ raw, marks })
      heldBytes += raw.length
      const release = releasable()
      if (heldBytes > heldBytesMax) cut = finding('window_exceeded', 'held_bytes', null)
      return cut === null ? { release, cut } : { ...stop(), release }
    },
    end() {
      for (const [name, channel] of channels) {
        const found = cut === null ? channel.end() : null
        if (found !== null) cut = secretFinding(found, name)
      }
      if (cut !== null) return stop()
      const release = held.map(({ raw }) => raw)
      held.length = 0
      heldBytes = 0
      return { release, cut }
    },
  }
}

function areCleared(marks: Held['marks']): boolean {
  for (const { channel, ends } of marks) if (!channel.cleared(ends)) return false
  return true
}

function secretFinding({ type, name, start, end }: SecretSpan, channel: string): Finding {
  return { kind: type, rule: name, channel, start, end }
}

function finding(kind: Finding['kind'], rule: string, channel: string | null): Finding {
  return { kind, rule, channel, start: 0, end: 0 }
}

/** Fewer could not hold a number and its word. */
const HOLD_BACK_CHARS_MIN = 128

function holdBackOf(chars = 0): number {
  return chars === 0 ? 0 : Math.max(chars, HOLD_BACK_CHARS_MIN)
}

const scanners = new Map<string, SecretScanner>()

/** Compiled once for each list of canaries and hold-back; both come from configuration, so there are few. */
export function scannerFor({ canaries = [], holdBackChars = 0 }: GuardOptions): SecretScanner {
  const key = [holdBackChars, ...canaries].join('\0')
  let scanner = scanners.get(key)
  if (scanner === undefined) {
    scanner = createSecretScanner(canaries)
    const held = holdBackOf(holdBackChars)
    if (held > 0) scanner = holdingScanner(scanner, held)
    if (scanners.size > 16) scanners.clear()
    scanners.set(key, scanner)
  }
  return scanner
}
