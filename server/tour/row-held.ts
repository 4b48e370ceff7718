/**
 * Row t08: exploit validation in scope is held; a second person approves; this session goes on under that approval.
 *
 * The requester cannot approve, and another session of the same person is held again.
 */
import { askResponses } from './ask.ts'
import { APPROVER, ENGAGEMENT, IN_SCOPE_TARGET, VALIDATOR } from './cast.ts'
import { validateAgain, validateExploit } from './prompts.ts'
import type { TourRow } from './row.ts'
import type { Tour } from './tour.ts'

/** Requests and minutes of the approval: enough for the row, and gone soon. */
const GRANT = ['--count', '8', '--minutes', '5']

export const HELD_ROW: TourRow<Tour> = {
  id: 't08',
  what: 'exploit validation in scope, approved by a second person',
  expected: 'hold; own approval refused; approved; allow; next turn allow; other session hold',
  async run(tour) {
    const first = validateExploit(IN_SCOPE_TARGET)
    const ask = (prompt: string, session = tour.session) =>
      tour.ask(askResponses, VALIDATOR, prompt, { engagement: ENGAGEMENT, session })
    const held = await ask(first)
    const steps: string[] = [held.verdict]
    if (held.decision === null) return tour.outcome(`${held.verdict}: ${held.refusal?.message}`, held)
    const approve = (name: string) =>
      tour.desk.ask('approve', held.decision ?? '', '--key', tour.keyOf(name), ...GRANT)
    const own = await approve(VALIDATOR)
    steps.push(own.code === 'statement_own_request' ? 'own approval refused' : `own approval: ${own.words}`)
    const second = await approve(APPROVER)
    steps.push(second.ok ? 'approved' : `approval: ${second.words}`)
    const allowed = await ask(first)
    steps.push(allowed.verdict)
    steps.push(`next turn ${(await ask(validateAgain(IN_SCOPE_TARGET))).verdict}`)
    steps.push(`other session ${(await ask(first, `${tour.session}-b`)).verdict}`)
    return tour.outcome(steps.join('; '), allowed)
  },
}
