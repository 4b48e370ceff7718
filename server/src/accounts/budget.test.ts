/** Tests of budgets: no overshoot in any interleaving, no leak on any abort. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BudgetBook, RESERVATION_MS_MAX, type ReserveTerms } from './budget.ts'
import { DAY_MS, dayOf, UsageBook } from './usage.ts'

const LIMITS = { requestsPerDay: 5, tokensPerDay: 1000 }
const TERMS: ReserveTerms = {
  person: LIMITS,
  institution: { requestsPerDay: 8, tokensPerDay: 1500 },
  grantUsesLeft: null,
  open: 0,
  openMax: 100,
}

const ask = (tokens: number, actor = 'a', grant: string | null = null) => ({
  actor,
  institution: 'i',
  tokens,
  grant,
})

test('each limit refuses by its name, with the time until it is over', () => {
  const usage = new UsageBook()
  const book = new BudgetBook(usage)
  const nowMs = 10 * DAY_MS + DAY_MS / 2
  const refusal = (tokens: number, actor = 'a') => {
    const reserved = book.reserve(ask(tokens, actor), TERMS, nowMs, 0)
    return reserved.ok ? 'reserved' : reserved.refusal
  }
  assert.equal(refusal(1001), 'person_tokens')
  assert.equal(refusal(1000), 'reserved')
  assert.equal(refusal(501, 'b'), 'institution_tokens')
  assert.equal(refusal(1), 'person_tokens')
  for (let i = 0; i < 4; i++) assert.equal(refusal(0), 'reserved')
  assert.equal(refusal(0), 'person_requests')
  for (let i = 0; i < 3; i++) assert.equal(refusal(0, 'b'), 'reserved')
  assert.equal(refusal(0, 'c'), 'institution_requests')
  const refused = book.reserve(ask(0), TERMS, nowMs, 0)
  assert.ok(!refused.ok && refused.retryAfterS === DAY_MS / 2000 && refused.limit === 5)
})

test('a new day has a new budget, and what began yesterday settles yesterday', () => {
  const usage = new UsageBook()
  const book = new BudgetBook(usage)
  usage.add(1, 'person', 'a', 5, 1000)
  assert.ok(!book.reserve(ask(1), TERMS, DAY_MS, 0).ok)
  assert.ok(book.reserve(ask(1), TERMS, 2 * DAY_MS, 0).ok)
  usage.add(2, 'person', 'a', 1, 100)
  usage.add(1, 'person', 'a', 0, -900)
  assert.deepEqual(usage.get(1, 'person', 'a'), { requests: 5, tokens: 100 })
  assert.deepEqual(usage.get(2, 'person', 'a'), { requests: 1, tokens: 100 })
  usage.add(9, 'person', 'a', 1, 1)
  usage.add(1, 'person', 'a', 1, 1)
  assert.deepEqual(usage.get(1, 'person', 'a'), { requests: 0, tokens: 0 }, 'days long past are not held')
})

test('a reservation that never becomes an intent expires, unless it is just being written', () => {
  const book = new BudgetBook(new UsageBook())
  const first = book.reserve(ask(600), TERMS, 0, 0)
  const second = book.reserve(ask(400), TERMS, 0, 1)
  assert.ok(first.ok && second.ok)
  assert.ok(book.beginRecording(first.reservation))
  assert.ok(!book.reserve(ask(1), TERMS, 0, RESERVATION_MS_MAX).ok)
  assert.ok(book.reserve(ask(400), TERMS, 0, RESERVATION_MS_MAX + 1).ok)
  assert.ok(!book.beginRecording(second.reservation))
  const later = 3 * RESERVATION_MS_MAX
  assert.ok(!book.reserve(ask(401), TERMS, 0, later).ok, 'what is being written is still held')
  assert.ok(book.reserve(ask(400), TERMS, 0, later).ok)
})

test('open exchanges of one actor are limited, reservations and recorded intents together', () => {
  const book = new BudgetBook(new UsageBook())
  const terms = { ...TERMS, open: 1, openMax: 3 }
  const first = book.reserve(ask(1), terms, 0, 0)
  assert.ok(first.ok && book.reserve(ask(1), terms, 0, 0).ok)
  assert.deepEqual(book.reserve(ask(1), terms, 0, 0), {
    ok: false,
    refusal: 'person_concurrency',
    limit: 3,
    retryAfterS: 1,
  })
  assert.ok(book.reserve(ask(1, 'b'), { ...terms, open: 0 }, 0, 0).ok, 'others go on')
  book.release(first.reservation)
  assert.ok(book.reserve(ask(1), terms, 0, 0).ok)
})

test('one grant use left is reserved once', () => {
  const book = new BudgetBook(new UsageBook())
  const terms = { ...TERMS, grantUsesLeft: 1 }
  const first = book.reserve(ask(1, 'a', 'g'), terms, 0, 0)
  const second = book.reserve(ask(1, 'a', 'g'), terms, 0, 0)
  assert.ok(first.ok && !second.ok && second.refusal === 'grant_spent')
  book.release(first.reservation)
  book.release(first.reservation)
  assert.equal(book.grantUsesHeld('g'), 0)
  assert.ok(book.reserve(ask(1, 'a', 'g'), terms, 0, 0).ok)
})

type Step = { readonly actor: string; readonly tokens: number; readonly fate: number; readonly used: number }

test('in any interleaving of reserving, recording, settling and aborting: never over a limit, nothing left behind', () => {
  const step = fc.record({
    actor: fc.constantFrom('a', 'b', 'c'),
    tokens: fc.integer({ min: 0, max: 600 }),
    /** 0: aborted before recording; 1: recorded and settled; 2: recorded, never settled. */
    fate: fc.integer({ min: 0, max: 2 }),
    used: fc.integer({ min: 0, max: 600 }),
  })
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.infiniteStream(fc.nat(1000)),
      (steps: Step[], picks) => {
        const usage = new UsageBook()
        const book = new BudgetBook(usage)
        const flying: { step: Step; reservation: string; recorded: boolean }[] = []
        const within = (): void => {
          for (const [kind, id, limits] of [
            ['person', 'a', TERMS.person],
            ['person', 'b', TERMS.person],
            ['person', 'c', TERMS.person],
            ['institution', 'i', TERMS.institution],
          ] as const) {
            const used = usage.get(dayOf(0), kind, id)
            assert.ok(
              used.requests <= limits.requestsPerDay && used.tokens <= limits.tokensPerDay,
              `${kind} ${id}`,
            )
          }
        }
        const charge = (actor: string, requests: number, tokens: number): void => {
          usage.add(0, 'person', actor, requests, tokens)
          usage.add(0, 'institution', 'i', requests, tokens)
        }
        const advance = (): void => {
          const at = picks.next().value! % flying.length
          const one = flying[at]!
          if (!one.recorded && one.step.fate !== 0) {
            assert.ok(book.beginRecording(one.reservation))
            charge(one.step.actor, 1, one.step.tokens)
            book.release(one.reservation)
            one.recorded = true
            return
          }
          flying.splice(at, 1)
          if (one.step.fate === 0) book.release(one.reservation)
          // The vendor never uses more than was reserved: the gateway caps the output.
          if (one.step.fate === 1)
            charge(one.step.actor, 0, Math.min(one.step.used, one.step.tokens) - one.step.tokens)
        }
        for (const one of steps) {
          const reserved = book.reserve(ask(one.tokens, one.actor), TERMS, 0, 0)
          if (reserved.ok) flying.push({ step: one, reservation: reserved.reservation, recorded: false })
          within()
          if (flying.length > 0 && picks.next().value! % 2 === 0) advance()
          within()
        }
        while (flying.length > 0) advance()
        within()
        assert.equal(book.size, 0)
        // Nothing is held any more: exactly what the records leave can be reserved.
        const used = usage.get(0, 'person', 'a')
        const institution = usage.get(0, 'institution', 'i')
        const left = Math.min(1000 - used.tokens, 1500 - institution.tokens)
        const requestsLeft = used.requests < 5 && institution.requests < 8
        assert.equal(book.reserve(ask(left), TERMS, 0, 0).ok, requestsLeft)
      },
    ),
  )
})
