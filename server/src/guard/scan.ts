/**
 * Scans whole texts and whole responses with the rules of the stream guard.
 *
 * Spec: docs/spec/leakage.md §3.
 */
import type { StreamPart } from '../wire/index.ts'
import { createChannel } from './channel.ts'
import type { Finding } from './finding.ts'
import { type GuardOptions, scannerFor } from './stream-guard.ts'

/** Every secret in `text`. */
export function scanText(text: string, options: GuardOptions = {}): Finding[] {
  return scannerFor(options)
    .spans(text)
    .map(({ type, name, start, end }) => ({ kind: type, rule: name, channel: null, start, end }))
}

/** What a whole response carries: the first finding of each channel, and every part this build does not know. */
export function scanParts(parts: readonly StreamPart[], options: GuardOptions = {}): Finding[] {
  const findings: Finding[] = []
  const texts = new Map<string, { text: string; json: boolean }>()
  for (const part of parts) {
    if (part.type === 'unknown')
      findings.push({ kind: 'unknown_event', rule: part.name, channel: null, start: 0, end: 0 })
    if (part.type !== 'delta') continue
    const name = `${part.channel}:${part.key}`
    const so = texts.get(name)
    texts.set(name, { text: (so?.text ?? '') + part.text, json: part.channel === 'tool_arguments' })
  }
  for (const [name, { text, json }] of texts) {
    const channel = createChannel(scannerFor(options), json)
    const found = channel.push(text).found ?? channel.end()
    if (found === null) continue
    findings.push({ kind: found.type, rule: found.name, channel: name, start: found.start, end: found.end })
  }
  return findings
}
