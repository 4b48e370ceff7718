/**
 * How many requests each actor has under way: one token must not take every place of the gateway.
 *
 * HOSTILE: an authenticated client may send half a body and wait. Its place counts against itself.
 */
import { GatewayError } from './error.ts'

export interface ActorLoad {
  /** Takes a place. Returns what gives it back. @throws {GatewayError} `gateway_actor_busy` */
  enter(actor: string): () => void
}

/** @param placesMax requests one actor may have under way */
export function createActorLoad(placesMax: number): ActorLoad {
  const places = new Map<string, number>()
  return {
    enter(actor) {
      const taken = places.get(actor) ?? 0
      if (taken >= placesMax) {
        throw new GatewayError(
          'gateway_actor_busy',
          `you have ${taken} requests under way, the most one caller may have`,
        )
      }
      places.set(actor, taken + 1)
      return () => {
        const left = (places.get(actor) ?? 1) - 1
        if (left === 0) places.delete(actor)
        else places.set(actor, left)
      }
    },
  }
}
