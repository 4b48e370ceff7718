/**
 * The lives of a proposal and of a sector's rollout, as total tables: null is a refusal.
 *
 * docs/spec/proposal.md and docs/spec/rollout.md print them; a test keeps table and page the same.
 */
export const PROPOSAL_STATES = [
  'draft',
  'discussion',
  'ballot',
  'adoption',
  'timelock',
  'active',
  'superseded',
  'withdrawn',
  'rejected',
  'vetoed',
  'expired',
] as const
export type ProposalState = (typeof PROPOSAL_STATES)[number]

export type ProposalEvent =
  | 'revise'
  | 'discuss'
  | 'open'
  | 'cast'
  | 'carry'
  | 'fail'
  | 'adopt'
  | 'reject'
  | 'veto'
  | 'activate'
  | 'withdraw'
  | 'expire'
  | 'supersede'

type Table<S extends string, E extends string> = Readonly<Record<S, Readonly<Record<E, S | null>>>>

const OVER = {
  revise: null,
  discuss: null,
  open: null,
  cast: null,
  carry: null,
  fail: null,
  adopt: null,
  reject: null,
  veto: null,
  activate: null,
  withdraw: null,
  expire: null,
  supersede: null,
} as const

/** `carry` and `fail` are what closing a ballot comes to; `supersede` is another version taking effect. */
export const PROPOSAL_MACHINE: Table<ProposalState, ProposalEvent> = {
  draft: {
    ...OVER,
    revise: 'draft',
    discuss: 'discussion',
    withdraw: 'withdrawn',
    expire: 'expired',
    supersede: 'superseded',
  },
  discussion: {
    ...OVER,
    revise: 'draft',
    open: 'ballot',
    withdraw: 'withdrawn',
    expire: 'expired',
    supersede: 'superseded',
  },
  ballot: {
    ...OVER,
    cast: 'ballot',
    carry: 'adoption',
    fail: 'rejected',
    withdraw: 'withdrawn',
    supersede: 'superseded',
  },
  adoption: {
    ...OVER,
    adopt: 'timelock',
    reject: 'rejected',
    withdraw: 'withdrawn',
    expire: 'expired',
    supersede: 'superseded',
  },
  timelock: { ...OVER, veto: 'vetoed', activate: 'active', supersede: 'superseded' },
  active: { ...OVER, supersede: 'superseded' },
  superseded: OVER,
  withdrawn: OVER,
  rejected: OVER,
  vetoed: OVER,
  expired: OVER,
}

/** A proposal that still counts: its document is kept with the state. */
export function isOpen(state: ProposalState): boolean {
  return state !== 'active' && PROPOSAL_MACHINE[state].supersede !== null
}

export type RolloutState = 'moving' | 'paused'
export type RolloutEvent = 'advance' | 'pause' | 'fall_back' | 'resume'

/** A sector that was paused or fell back stays where it is until its gate's approvers resume. */
export const ROLLOUT_MACHINE: Table<RolloutState, RolloutEvent> = {
  moving: { advance: 'moving', pause: 'paused', fall_back: 'paused', resume: null },
  paused: { advance: null, pause: null, fall_back: 'paused', resume: 'moving' },
}

/** A table as Markdown: a row a state, a column an event. */
export function machineTable(noun: string, machine: Table<string, string>): string {
  const events = Object.keys(Object.values(machine)[0] ?? {})
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  const rows = Object.entries(machine).map(([state, row]) =>
    line([state, ...events.map((event) => row[event] ?? '–')]),
  )
  return `${line([noun, ...events])}${line(['---', ...events.map(() => '---')])}${rows.join('')}`
}
