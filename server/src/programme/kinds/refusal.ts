/** Lifting a refusal that repeats. */
import { object, type Shaped } from '../../identity/index.ts'
import { refuseRequester } from '../approvers.ts'
import type { Kind } from '../kind.ts'
import { digest, id, reason } from '../members.ts'
import { notEntitled } from '../signers.ts'
import type { Role } from '../snapshot.ts'
import { actorOf, actsFor } from '../subject.ts'

const LIFT_ROLES: readonly Role[] = ['approver']

const refusalLiftShape = object({ key: digest, actor: id, reason })

/** Changes no state: the writer forgets the refusal. It stands in the ledger with the name of who lifted it. */
export const refusalLift: Kind<Shaped<typeof refusalLiftShape>> = {
  shape: refusalLiftShape,
  rule: (state, payload, context) => {
    const actor = actorOf(state, payload.actor)
    refuseRequester(context, actor.id)
    const lifters = context.signers.actors.filter(
      (signer) =>
        actsFor(state, actor, signer.institution, context.at.timeMs) &&
        signer.roles.some((role) => LIFT_ROLES.includes(role)),
    )
    if (lifters.length === 0)
      throw notEntitled(`an approver of the institution \`${actor.id}\` works for must sign`)
    return {}
  },
}
