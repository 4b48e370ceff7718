/**
 * One exchange on its way through the stages: each stage adds what it found and changes nothing it was given.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StickyRefusal } from '../accounts/index.ts'
import type { Facts, ModelEntry } from '../agreement/index.ts'
import type { Decision } from '../authorization/index.ts'
import type { DecisionId } from '../base/index.ts'
import type { Reading } from '../boundary/index.ts'
import type { GuardOptions, TokenBook } from '../guard/index.ts'
import type { Grant, Principal, Snapshot } from '../programme/index.ts'
import type { Dialect, WireRequest } from '../wire/index.ts'

/** An HTTP request whose route is known. */
export interface Arrived {
  readonly http: { readonly request: IncomingMessage; readonly response: ServerResponse }
  readonly dialect: Dialect
  readonly startedMs: number
}

/** Who asks. */
export interface Authenticated extends Arrived {
  /** The token as presented: an open stream is authenticated with it again. Never logged, never recorded. */
  readonly bearer: string
  readonly principal: Principal
}

/** What is asked, read once. */
export interface Parsed extends Authenticated {
  readonly request: WireRequest
  readonly session: string
  /** Engagement named by header, or the one the token is bound to. */
  readonly engagementId: string | null
  readonly purpose: string | null
}

/** Under which programme state it is decided. */
export interface Bound extends Parsed {
  readonly snapshot: Snapshot
  readonly model: ModelEntry | null
}

/** What the reader made of it. */
export interface Read extends Bound {
  readonly reading: Reading
  /** What may be sent and recorded: `request` with tokens in the place of what leaks. */
  readonly outgoing: WireRequest
  /** Turns the answer's tokens back; null when nothing was replaced. Never logged, never recorded. */
  readonly tokens: TokenBook | null
  /** How the answer is guarded: by the tier of the model. */
  readonly guard: GuardOptions
}

/** The closed record of facts. */
export interface Found extends Read {
  readonly facts: Facts
  readonly grant: Grant | null
}

/** What was decided, and why. */
export interface Decided extends Found {
  readonly decision: Decision
  readonly decisionId: DecisionId
  /** An earlier refusal of the same content that repeats here. */
  readonly repeated: StickyRefusal | null
}

/** What was set aside for it. */
export interface Reserved extends Decided {
  readonly reservation: string | null
  readonly reservedTokens: number
}

/** What stands in the ledger about it before anything else happens. */
export interface Recorded extends Reserved {
  /** Ledger index of the intent: the receipt's number. */
  readonly intent: number
}
