/** For tests of governance: a founded state with every seat filled, and a hand that folds statements onto it. */
import { createWorld, findAgreement, sampleAgreement, type World } from '../authority/testing.ts'
import type { KeyHolder } from '../identity/index.ts'
import { foundSample } from '../sample/index.ts'
import { fold } from './fold.ts'
import type { Payload, StatementType } from './kinds.ts'
import type { ProgrammeState } from './state.ts'

export const DAY_MS = 86_400_000

export interface Hand {
  readonly world: World
  state: ProgrammeState
  /** Folds a statement at the world's time. */
  put<T extends StatementType>(type: T, payload: Payload<T>, holders: readonly KeyHolder[]): ProgrammeState
  /** The same, leaving the state as it is. */
  try<T extends StatementType>(
    type: T,
    payload: Payload<T>,
    holders: readonly KeyHolder[],
  ): () => ProgrammeState
}

/** The sample programme with its seats, in memory. Dispose of `world`. */
export async function createHand(): Promise<Hand> {
  const world = await createWorld()
  const { programme, dataDir, clock } = world
  await foundSample(programme, {
    programme: programme.snapshot().programme,
    dataDir,
    agreement: sampleAgreement(),
    clock,
    seats: true,
  })
  const hand: Hand = {
    world,
    state: programme.snapshot() as ProgrammeState, // the writer's snapshot is the folded state
    put(type, payload, holders) {
      hand.state = hand.try(type, payload, holders)()
      return hand.state
    },
    try(type, payload, holders) {
      const signed = world.sign(type, payload, holders)
      return () => fold(hand.state, signed, { index: hand.state.index, timeMs: clock.nowMs() }, findAgreement)
    },
  }
  return hand
}

/** The sample document with texts replaced, as version 2 unless told otherwise. */
export function amendedText(...replacements: readonly (readonly [string, string])[]): string {
  let text = sampleAgreement().documentText
  for (const [from, to] of [['version: 1\n', 'version: 2\n'], ...replacements] as const) {
    if (!text.includes(from)) throw new Error(`the sample does not say \`${from}\``)
    text = text.replace(from, () => to)
  }
  return text
}
