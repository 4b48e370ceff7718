/**
 * The life of a run, as a total table: null is a defect of whoever sends the event, and nothing happens.
 *
 * docs/spec/run.md prints it; a test keeps table and page the same.
 */
import { RunsError } from './error.ts'

export const RUN_STATES = [
  'ready',
  'asking',
  'calling',
  'held',
  'ambiguous',
  'paused',
  'done',
  'failed',
  'cancelled',
] as const
export type RunState = (typeof RUN_STATES)[number]

/**
 * `ask` and `call`: an intent is durable. `seal`: its outcome is. `void`: it was decided again before anything was done.
 * `lose`: its outcome is not known and never will be.
 */
export type RunEvent =
  | 'ask'
  | 'call'
  | 'seal'
  | 'void'
  | 'hold'
  | 'lose'
  | 'pause'
  | 'resume'
  | 'cancel'
  | 'finish'
  | 'fail'

type Row = Readonly<Record<RunEvent, RunState | null>>

const NOTHING: Row = {
  ask: null,
  call: null,
  seal: null,
  void: null,
  hold: null,
  lose: null,
  pause: null,
  resume: null,
  cancel: null,
  finish: null,
  fail: null,
}
const UNDER_WAY: Row = { ...NOTHING, seal: 'ready', void: 'ready', hold: 'held', lose: 'ambiguous' }
const WAITING: Row = { ...NOTHING, resume: 'ready', cancel: 'cancelled', fail: 'failed' }

/** `resume` in `ready`: after a restart somebody takes the run up again. */
export const RUN_MACHINE: Readonly<Record<RunState, Row>> = {
  ready: {
    ...NOTHING,
    ask: 'asking',
    call: 'calling',
    pause: 'paused',
    resume: 'ready',
    cancel: 'cancelled',
    finish: 'done',
    fail: 'failed',
  },
  asking: UNDER_WAY,
  calling: UNDER_WAY,
  held: { ...WAITING, pause: 'paused' },
  ambiguous: WAITING,
  paused: WAITING,
  done: NOTHING,
  failed: NOTHING,
  cancelled: NOTHING,
}

/** @throws {RunsError} `runs_state` */
export function nextState(state: RunState, event: RunEvent, run: string): RunState {
  const to = RUN_MACHINE[state][event]
  if (to === null) throw new RunsError('runs_state', `run \`${run}\` is ${state}: it cannot ${event}`)
  return to
}

export function isOver(state: RunState): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled'
}
