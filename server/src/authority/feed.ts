/**
 * What the writer tells gateway processes, and what they ask of it. Both ends are this program; still, each
 * end checks the form of what it takes in, because a channel is an edge.
 *
 * Order is what makes leases sound: a lease reply travels behind every feed item sent before it, so a
 * gateway that holds a lease granted after an item has applied that item. Spec: docs/spec/stop.md §4.
 */
import type { JsonObject } from 'sekisho-verify'
import type { TokenChange, TokenRecord } from '../access/index.ts'
import type { HeldRefusal, ReserveRequest } from '../accounts/index.ts'
import type { EntryDraft } from '../ledger/index.ts'
import type { AppendOptions } from './authority.ts'

/** One change that gateways must know of. */
export type FeedItem =
  | {
      readonly kind: 'statement'
      readonly signed: unknown
      readonly index: number
      readonly timeMs: number
      /** Document of the agreement that the statement puts in force, if it does. */
      readonly document: string | null
    }
  | TokenChange
  | { readonly kind: 'refusal'; readonly refusal: HeldRefusal }
  | { readonly kind: 'refusal_lifted'; readonly actor: string; readonly key: string }
  | { readonly kind: 'grant_uses'; readonly hold: string; readonly uses: number }
  | { readonly kind: 'spent'; readonly who: string; readonly day: number; readonly spent: boolean }

export interface Welcome {
  readonly t: 'welcome'
  readonly leaseMs: number
  readonly feed: number
  /** Null before the programme is founded. */
  readonly state: { readonly encoded: JsonObject; readonly document: string } | null
  readonly tokens: readonly TokenRecord[]
  readonly refusals: readonly HeldRefusal[]
  readonly grantUses: readonly (readonly [string, number])[]
  readonly spent: readonly string[]
  readonly day: number
}

export type FromWriter =
  | Welcome
  | { readonly t: 'feed'; readonly feed: number; readonly item: FeedItem }
  | { readonly t: 'lease'; readonly seq: number; readonly ledgerWritable: boolean }
  | { readonly t: 'reply'; readonly call: number; readonly value: unknown }
  | {
      readonly t: 'failure'
      readonly call: number
      readonly room: 'programme' | 'ledger' | 'other'
      readonly code: string
      readonly message: string
    }

export type FromGateway =
  | { readonly t: 'hello' }
  | { readonly t: 'ack'; readonly feed: number }
  | { readonly t: 'renew'; readonly seq: number }
  | { readonly t: 'reserve'; readonly call: number; readonly request: ReserveRequest }
  | { readonly t: 'release'; readonly reservation: string }
  | {
      readonly t: 'append'
      readonly call: number
      readonly draft: EntryDraft
      readonly options: AppendOptions
    }

const WRITER_MESSAGES: ReadonlySet<unknown> = new Set<FromWriter['t']>([
  'welcome',
  'feed',
  'lease',
  'reply',
  'failure',
])
const GATEWAY_MESSAGES: ReadonlySet<unknown> = new Set<FromGateway['t']>([
  'hello',
  'ack',
  'renew',
  'reserve',
  'release',
  'append',
])

/** Null for anything that is not one of our messages. */
export function fromWriter(message: unknown): FromWriter | null {
  // The other end is this program: the tag says which message it is.
  return WRITER_MESSAGES.has(tagOf(message)) ? (message as FromWriter) : null
}

/** Null for anything that is not one of our messages. */
export function fromGateway(message: unknown): FromGateway | null {
  // The other end is this program: the tag says which message it is.
  return GATEWAY_MESSAGES.has(tagOf(message)) ? (message as FromGateway) : null
}

function tagOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 't' in message ? message.t : undefined
}
