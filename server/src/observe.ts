/** What the gateway tells: to the metrics, and as one JSON line a decision. */
import type { Logger } from './base/index.ts'
import type { GatewayObserver } from './gateway/index.ts'
import type { Metrics } from './http/index.ts'

/** Lines carry ids and codes; never a prompt, an answer or a target. */
export function observe(metrics: Metrics, logger: Logger): GatewayObserver {
  // A line comes with every request: it is not even made where nobody reads it.
  const tells = (): boolean => logger.isLevelEnabled('info')
  return {
    decided(event) {
      metrics.decided(event)
      if (tells()) logger.info({ event: 'decision', ...event }, 'decided')
      for (const error of event.engineErrors) {
        logger.error(
          { event: 'policy_engine_error', decision: event.decision, error },
          'the policy engine failed: denied',
        )
      }
    },
    finished(event) {
      metrics.finished(event)
      if (tells()) logger.info({ event: 'exchange', ...event }, 'finished')
    },
    refusedBeforeDecision(code) {
      metrics.refusedBeforeDecision(code)
      logger.info({ event: 'refused', code }, 'refused before any decision')
    },
  }
}
