/** What of the programme a caller sees: parties all of it, an institution's people what concerns their own. */
import type { AdminCaller } from '../access/index.ts'
import type { Snapshot, Stop } from '../programme/index.ts'

/** Whether the caller may know what concerns an institution (or, for employers of people, another holder) only. */
export function seesInstitution({ sight, actor, holder }: AdminCaller): (id: string) => boolean {
  if (sight === 'programme') return () => true
  const employer = actor?.institution ?? holder.id
  return (id) => sight.has(id) || id === employer
}

/** Stops that the caller sees: those wider than one institution, and those of institutions in sight. */
export function stopsSeen(snapshot: Snapshot, caller: AdminCaller): readonly Stop[] {
  if (caller.sight === 'programme') return snapshot.stops
  const sees = seesInstitution(caller)
  return snapshot.stops.filter(({ scope }) => {
    switch (scope.kind) {
      case 'person':
        return sees(snapshot.actors.get(scope.id)?.institution ?? '')
      case 'engagement':
        return sees(snapshot.engagements.get(scope.id)?.institution ?? '')
      case 'institution':
        return sees(scope.id)
      case 'sector':
      case 'model':
      case 'jurisdiction':
      case 'all':
        return true
      default:
        return neverOther(scope)
    }
  })
}

/** A kind of scope that is added without a line above does not compile. */
function neverOther(scope: never): boolean {
  throw new TypeError(`no such scope: ${String(scope)}`)
}
