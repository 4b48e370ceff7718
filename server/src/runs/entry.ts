/**
 * Entries of a run in the ledger: its start, asks, pauses and end are exchanges of their own, sealed like all others.
 *
 * Spec: docs/spec/run.md §3. They carry no decision: starting or pausing a run does nothing; what its steps do is decided
 * call by call and request by request.
 */
import { hash } from 'node:crypto'
import type { ExchangeDraft, JsonValue } from '../ledger/index.ts'
import type { Snapshot } from '../programme/index.ts'
import type { RunStart } from './run.ts'

export type RunEntryEvent = 'start' | 'ask' | 'refuse' | 'pause' | 'resume' | 'cancel' | 'end'

export interface RunDraft {
  readonly event: RunEntryEvent
  readonly start: RunStart
  /** Ledger index of the start; null for the start itself. */
  readonly startIndex: number | null
  readonly snapshot: Snapshot
  /** Members of `request` beside those that every entry has. */
  readonly request?: Readonly<Record<string, JsonValue>>
  readonly content?: Buffer
}

export function runIntent({ event, start, startIndex, snapshot, request, content }: RunDraft): ExchangeDraft {
  const body = content ?? Buffer.alloc(0)
  return {
    class: 'exchange',
    kind: 'intent',
    institution: start.institution,
    fields: {
      actor: start.actor,
      session: start.run,
      agreement: {
        version: snapshot.agreement.version,
        digest: snapshot.agreement.digest,
        snapshot: snapshot.index,
      },
      model: { requested: start.model, id: start.model },
      engagement: { id: start.engagement, purpose: `run ${start.operation}` },
      request: {
        surface: 'run',
        run: start.run,
        event,
        operation: start.operation,
        ...(event === 'start' ? { inputs: start.inputs } : {}),
        ...request,
        bytes: body.length,
        sha256: hash('sha256', body, 'hex'),
      },
      ...(startIndex === null ? {} : { refers: [startIndex] }),
    },
    content: body,
  }
}

export function runOutcome(
  start: RunStart,
  intent: number,
  end: 'completed' | 'refused' | 'failed' | 'ambiguous',
  code: string | null,
  content: Buffer = Buffer.alloc(0),
): ExchangeDraft {
  return {
    class: 'exchange',
    kind: 'outcome',
    institution: start.institution,
    fields: {
      actor: start.actor,
      session: start.run,
      model: { requested: start.model },
      response: {
        end,
        code,
        tokens: 0,
        bytes: content.length,
        sha256: hash('sha256', content, 'hex'),
        sticky: null,
      },
      refers: intent,
    },
    content,
  }
}

export function jsonContent(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
