/**
 * Seats of a body, who may vote from them, and who may not.
 *
 * Seats are numbered within sector and chamber: `finance.private.2`; `all.provider.1` speaks for every sector.
 * Spec: docs/spec/proposal.md §3.
 */
import type { Body, Chamber } from '../agreement/index.ts'
import { entry, type Rec } from './record.ts'

export interface Seat {
  readonly id: string
  readonly sector: string | null
  readonly chamber: Chamber
}

export interface SeatHolding {
  readonly body: string
  readonly seat: string
  readonly actor: string
  /** Observer of the body whose people hold this seat: it does not vote on what that observer examines. */
  readonly represents: string | null
}

export interface ObserverHolding {
  readonly body: string
  readonly observer: string
  readonly actor: string
}

/** A seat lets another vote for it, on one proposal or on all, until a time. */
export interface SeatProxy {
  readonly body: string
  readonly from: string
  readonly to: string
  readonly proposal: string | null
  readonly untilMs: number
}

export function seatsOf(body: Body): Seat[] {
  const counts = new Map<string, number>()
  return body.seatGroups.flatMap(({ sector, chamber, seats }) =>
    Array.from({ length: seats }, () => {
      const prefix = `${sector ?? 'all'}.${chamber}`
      const number = (counts.get(prefix) ?? 0) + 1
      counts.set(prefix, number)
      return { id: `${prefix}.${number}`, sector, chamber }
    }),
  )
}

export const seatKey = (body: string, seat: string): string => `${body}/${seat}`

/** Whether a body speaks on these sectors; none named means all. */
export function concerns(body: Body, sectors: readonly string[]): boolean {
  return sectors.length === 0 || sectors.some((sector) => body.remit.includes(sector))
}

/** Seats that may vote on these sectors, and those that only observe because they examine one of them. */
export function rollOf(
  body: Body,
  holdings: Rec<SeatHolding>,
  sectors: readonly string[],
): { readonly roll: readonly string[]; readonly observing: readonly string[] } {
  const roll: string[] = []
  const observing: string[] = []
  for (const { id } of seatsOf(body)) {
    const holding = entry(holdings, seatKey(body.id, id))
    if (holding === undefined) continue
    if (examines(body, holding.represents, sectors)) observing.push(id)
    else roll.push(id)
  }
  return { roll, observing }
}

function examines(body: Body, observer: string | null, sectors: readonly string[]): boolean {
  const examined = body.observers.find(({ id }) => id === observer)?.examines ?? []
  return sectors.length === 0 ? examined.length > 0 : examined.some((sector) => sectors.includes(sector))
}

/** The seat by which `actor` may vote for `seat` through a proxy, or null. */
export function proxySeat(
  proxies: readonly SeatProxy[],
  holdings: Rec<SeatHolding>,
  vote: { readonly body: string; readonly seat: string; readonly actor: string; readonly proposal: string },
  atMs: number,
): string | null {
  const found = proxies.find(
    (proxy) =>
      proxy.body === vote.body &&
      proxy.from === vote.seat &&
      (proxy.proposal === null || proxy.proposal === vote.proposal) &&
      proxy.untilMs > atMs &&
      entry(holdings, seatKey(vote.body, proxy.to))?.actor === vote.actor,
  )
  return found?.to ?? null
}
