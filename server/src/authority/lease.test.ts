/** Tests of lease arithmetic: whatever the delays, once the writer believes a change holds, it holds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GrantedLease, HeldLease, LEASE_MARGIN_MS } from './lease.ts'

test('a lease counts from the question, and an answer nobody asked for gives nothing', () => {
  const lease = new HeldLease()
  lease.granted(7, 100)
  assert.equal(lease.valid(0), false)
  const seq = lease.ask(1000)
  lease.granted(seq, 100)
  assert.equal(lease.valid(1099), true)
  assert.equal(lease.valid(1100), false)
  lease.granted(seq, 100_000)
  assert.equal(lease.valid(1100), false, 'an answer counts once')
  lease.granted(lease.ask(1200), 100)
  lease.drop()
  assert.equal(lease.valid(1200), false)
})

/** A message on its way: it arrives `delay` after it was sent, never before an earlier one. */
interface Flying {
  readonly at: number
  readonly deliver: () => void
}

test('in any timing of pauses and delays, no gateway serves the old state after a change is said to hold', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('renew' as const), delay: fc.nat(400) }),
    fc.record({ do: fc.constant('publish' as const), delay: fc.nat(2000) }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.nat(300) }),
    fc.record({ do: fc.constant('stall' as const), ms: fc.nat(1500) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 800 }), (steps, leaseMs) => {
      let now = 0
      let stalledUntil = 0
      const held = new HeldLease()
      const granted = new GrantedLease()
      let applied = 0
      let published = 0
      const waiting: { feed: number; deadline: number }[] = []
      const toWriter: Flying[] = []
      const toGateway: Flying[] = []
      const send = (queue: Flying[], delay: number, deliver: () => void): void => {
        queue.push({ at: Math.max(now + delay, queue.at(-1)?.at ?? 0), deliver })
      }
      const drain = (): void => {
        for (let moved = true; moved; ) {
          moved = false
          if ((toWriter[0]?.at ?? Number.POSITIVE_INFINITY) <= now) {
            toWriter.shift()!.deliver()
            moved = true
          }
          // A paused process takes nothing in; the clock runs on.
          if (now >= stalledUntil && (toGateway[0]?.at ?? Number.POSITIVE_INFINITY) <= now) {
            toGateway.shift()!.deliver()
            moved = true
          }
        }
      }
      const check = (): void => {
        for (const { feed, deadline } of waiting) {
          const holds = granted.acknowledged >= feed || now >= deadline
          if (holds && held.valid(now)) assert.ok(applied >= feed, `feed ${feed} at ${now}`)
        }
      }
      for (const one of steps) {
        if (one.do === 'stall') stalledUntil = Math.max(stalledUntil, now + one.ms)
        if (one.do === 'renew' && now >= stalledUntil) {
          const seq = held.ask(now)
          send(toWriter, one.delay, () => {
            granted.grant(now, leaseMs)
            send(toGateway, one.delay, () => held.granted(seq, leaseMs))
          })
        }
        if (one.do === 'publish') {
          published += 1
          const feed = published
          waiting.push({ feed, deadline: granted.untilMs })
          send(toGateway, one.delay, () => {
            applied = feed
            send(toWriter, one.delay, () => granted.acknowledge(feed))
          })
        }
        for (let ms = one.do === 'pass' ? one.ms : 0; ms >= 0; ms -= 25) {
          drain()
          check()
          now += Math.min(25, Math.max(ms, 1))
        }
      }
    }),
    { numRuns: 300 },
  )
  assert.ok(LEASE_MARGIN_MS > 0)
})
