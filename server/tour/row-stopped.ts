/**
 * Row t10: the provider stops the model. An open stream ends with its dialect's failure, the next request is denied,
 * resuming by one party alone is refused, and the parties together resume.
 */
import { askChat, askResponsesStream } from './ask.ts'
import { DEFENDERS, PROVIDER, RESUMERS } from './cast.ts'
import { DETECTION_RULE_EN } from './prompts.ts'
import type { TourRow } from './row.ts'
import type { Tour } from './tour.ts'

/** An open stream must have ended this long after the stop was asked for. */
const ENDED_MS_MAX = 1000
const WHO = DEFENDERS.detectionRule

export const STOPPED_ROW: TourRow<Tour> = {
  id: 't10',
  what: 'the provider stops the model; resume takes the parties together',
  expected: 'open stream ended in under 1 s; next deny; resume by one party refused; resumed; allow',
  async run(tour) {
    let number: string | null = null
    try {
      const steps: string[] = []
      const open = await openStream(tour)
      const stoppedMs = performance.now()
      number = await stop(tour)
      const ended = await open.end
      const elapsedMs = performance.now() - stoppedMs
      steps.push(
        ended.verdict === 'cut' && elapsedMs < ENDED_MS_MAX
          ? 'open stream ended in under 1 s'
          : `open stream: ${ended.verdict} after ${Math.round(elapsedMs)} ms`,
      )
      const next = await tour.ask(askChat, WHO, DETECTION_RULE_EN)
      steps.push(`next ${next.verdict}`)
      const alone = await resume(tour, number, PROVIDER)
      steps.push(alone.ok ? 'resumed by one party alone' : 'resume by one party refused')
      const together = await resume(tour, number, RESUMERS)
      steps.push(together.ok ? 'resumed' : `resume: ${together.words}`)
      if (together.ok || alone.ok) number = null
      steps.push((await tour.ask(askChat, WHO, DETECTION_RULE_EN)).verdict)
      return tour.outcome(steps.join('; '), next)
    } finally {
      // Whatever went wrong above, the next reader of this tour finds a system that serves.
      if (number !== null) await resume(tour, number, RESUMERS)
    }
  },
}

/** Lifts what an interrupted run of the tour left behind: stops of the tour's own model that the provider issued. */
export async function liftLeftovers(tour: Tour): Promise<number> {
  const { stops } = (await tour.desk.get('/v1/stops', tour.keyOf('provider'))) as {
    stops: readonly LeftStop[]
  }
  const left = stops.filter(({ reason }) => reason === REASON)
  for (const { index } of left) await resume(tour, String(index), RESUMERS)
  return left.length
}

interface LeftStop {
  readonly index: number
  readonly reason: string
}

const REASON = 'tour: the provider withdraws the model'

/** Resolves once the first piece of an answer has arrived; `end` resolves when the answer is over. */
async function openStream(tour: Tour) {
  let begun: () => void = () => {}
  const first = new Promise<void>((resolve) => {
    begun = resolve
  })
  const end = tour.ask(askResponsesStream, WHO, DETECTION_RULE_EN, { onPiece: () => begun() })
  await Promise.race([first, end])
  return { end }
}

function stop(tour: Tour): Promise<string> {
  const { desk, model } = tour
  const scope = ['--scope', 'model', '--id', model]
  return desk.run('stop', ...scope, '--reason', REASON, ...keysOf(tour, PROVIDER))
}

function resume(tour: Tour, number: string, names: readonly string[]) {
  return tour.desk.ask('resume', number, '--reason', 'tour: the reason is gone', ...keysOf(tour, names))
}

function keysOf(tour: Tour, names: readonly string[]): string[] {
  return names.flatMap((name) => ['--key', tour.keyOf(name)])
}
