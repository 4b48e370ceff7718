/**
 * Who sits in the bodies of the sample: fictional persons, one a seat, an observer each, and an auditor.
 *
 * Seats of finance are held by the banks and one of electric power by the fictional power company; the authority of Japan fills
 * the others, the provider its own. The seat that stands for the financial supervisor observes what the supervisor examines.
 */
import type { Agreement } from '../agreement/index.ts'
import { seatsOf } from '../governance/index.ts'

export interface SampleSeat {
  readonly actor: string
  readonly employer: string
  readonly body: string
  readonly seat: string
  readonly represents: string | null
}

export const SAMPLE_AUDITOR = 'auditor'

const EMPLOYERS: Readonly<Record<string, string>> = {
  'finance.private.1': 'mufg',
  'finance.private.2': 'smbc',
  'finance.private.3': 'mizuho',
  'electric_power.private.1': 'kitakaze-power',
}
const SUPERVISOR = { seat: 'finance.public.1', observer: 'financial_supervisor' }

export function sampleSeats({ bodies }: Agreement): SampleSeat[] {
  return bodies.flatMap((body, position) =>
    seatsOf(body).map(({ id, chamber }) => ({
      actor: ['seat', ...(position === 0 ? [] : [body.id]), ...id.split('.')].join('-'),
      employer: EMPLOYERS[id] ?? (chamber === 'provider' ? 'provider' : 'jp'),
      body: body.id,
      seat: id,
      represents:
        id === SUPERVISOR.seat && body.observers.some((each) => each.id === SUPERVISOR.observer)
          ? SUPERVISOR.observer
          : null,
    })),
  )
}

export function sampleObservers({
  bodies,
}: Agreement): { readonly actor: string; readonly body: string; readonly observer: string }[] {
  return bodies.flatMap((body) =>
    body.observers.map(({ id }) => ({ actor: `observer-${id}`, body: body.id, observer: id })),
  )
}
