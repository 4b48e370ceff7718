/**
 * The accounts room: what recorded exchanges add up to: use, budgets, grant uses, holds, sticky refusals.
 */
export { BudgetBook, type Limits, OPEN_PER_ACTOR_MAX } from './budget.ts'
export {
  type DecisionField,
  type ExchangeRead,
  type IntentRead,
  REDECIDED_CODE,
  type ResponseField,
  readDraft,
  readEntry,
} from './exchange.ts'
export { checkAnswers, HOLD_MS_MAX, type Hold } from './hold.ts'
export { type HeldRefusal, RefusalBook, type StickyRefusal, stickyKey } from './refusal.ts'
export type { Reserved, ReserveRefusal, ReserveRequest } from './reserve.ts'
export { type Applied, Tally } from './tally.ts'
export { DAY_MS, dayOf, type Usage, type UsageKind } from './usage.ts'
