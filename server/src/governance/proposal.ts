/**
 * What is proposed, and what is voted on: values of the folded state.
 *
 * A vote binds to one digest over everything that was put before the voters, and exactly that takes effect.
 * Spec: docs/spec/proposal.md.
 */
import { canonicalize, type JsonObject, sha256, toHex, utf8 } from 'sekisho-verify'
import type { Bilingual } from '../agreement/index.ts'
import type { ProposalState } from './machine.ts'
import type { Ruling } from './ruling.ts'

export const CHOICES = ['for', 'against', 'abstain', 'recuse'] as const
/** `recuse` declares a conflict of interest: the seat leaves the roll and counts nowhere. */
export type Choice = (typeof CHOICES)[number]

export interface Vote {
  readonly seat: string
  readonly choice: Choice
  /** Who signed; `proxy` is the seat that voted for this one, or null. */
  readonly by: string
  readonly proxy: string | null
  readonly atMs: number
}

/** Votes counted together, and whether their majority is reached. */
export interface ChamberCount {
  readonly chambers: readonly string[]
  readonly for: number
  readonly against: number
  readonly abstain: number
  readonly percent: number
  readonly carried: boolean
}

export interface BodyResult {
  readonly authority: 'advisory' | 'binding'
  readonly roll: number
  readonly recused: number
  /** Seats that took part: for, against and abstaining. */
  readonly voted: number
  readonly quorum: number
  readonly quorate: boolean
  readonly counts: readonly ChamberCount[]
  readonly carried: boolean
}

export interface BodyBallot {
  readonly body: string
  /** Seats that may vote, fixed when the ballot opened. */
  readonly roll: readonly string[]
  /** Seats left out because they examine what is decided. */
  readonly observing: readonly string[]
  readonly votes: readonly Vote[]
  /** When the quorum was reached, or null. */
  readonly quorumAtMs: number | null
  /** Once the ballot is closed. */
  readonly result: BodyResult | null
}

/** A soft invariant that the proposed version breaks, and why that is accepted. */
export interface Override {
  readonly invariant: string
  readonly reason: string
}

export interface Ballot {
  readonly subject: string
  readonly difference: string | null
  readonly proof: string | null
  readonly overrides: readonly Override[]
  readonly openedAtMs: number
  readonly closesMs: number
  /** Whether a late quorum has moved the end already: it does so once. */
  readonly extended: boolean
  readonly bodies: readonly BodyBallot[]
}

/** Keys of parties that the proposed version adds, as brought by its adoption. */
export interface BroughtParty {
  readonly id: string
  readonly keys: readonly { readonly public: string; readonly assurance: 'key' }[]
}

export interface Proposal {
  readonly id: string
  readonly kind: 'amendment' | 'ruling'
  readonly title: Bilingual
  readonly reason: string
  /** Actor or party that may revise and withdraw it. */
  readonly author: string
  /** Version and digest of the agreement it would follow. */
  readonly base: { readonly version: number; readonly digest: string }
  /** Digest of the document, or of the ruling. */
  readonly document: string
  /** The document while the proposal is open; null afterwards and for rulings. */
  readonly text: string | null
  readonly ruling: Ruling | null
  /** Sectors concerned; empty means all. */
  readonly sectors: readonly string[]
  readonly state: ProposalState
  readonly draftedAtMs: number
  readonly lapsesMs: number
  readonly discussionEndsMs: number | null
  readonly ballot: Ballot | null
  readonly timelockEndsMs: number | null
  readonly parties: readonly BroughtParty[]
  /** Who adopted it, ended it, or vetoed it, and why. */
  readonly ended: { readonly by: string; readonly reason: string; readonly atMs: number } | null
}

/** What a vote binds to: SHA-256 (hex) over the canonical JSON of what the voters were shown. */
export function ballotSubject(shown: {
  readonly document: string
  readonly difference: string | null
  readonly proof: string | null
}): string {
  const { document, difference, proof } = shown
  return digestOf({ document, difference, proof })
}

export function digestOf(value: JsonObject): string {
  return toHex(sha256(utf8(canonicalize(value))))
}
