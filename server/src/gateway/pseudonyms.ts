/** Names under which vendors see end users: stable for a deployment, computed once for each actor. */
import { createLru } from '../base/index.ts'
import { endUserPseudonym } from '../upstream/index.ts'

/** Actors remembered. */
const ACTORS_MAX = 10_000

export function createPseudonyms(secret: Buffer): (actor: string) => string {
  const known = createLru<string, string>(ACTORS_MAX)
  return (actor) => {
    const held = known.get(actor)
    if (held !== undefined) return held
    const pseudonym = endUserPseudonym(secret, actor)
    known.set(actor, pseudonym)
    return pseudonym
  }
}
