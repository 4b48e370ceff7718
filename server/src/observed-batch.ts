/**
 * What a gateway process tells the server's observer, in batches: one message for many requests.
 *
 * LIMIT: `kill -9` of the process loses what it had not sent, a tenth of a second of log lines and figures. What must
 * not be lost is in the ledger.
 */
import type { GatewayObserver } from './gateway/index.ts'
import type { FromWorker, Observed } from './worker-messages.ts'

const INTERVAL_MS = 100
const EVENTS_MAX = 256

export interface ObservedBatch extends GatewayObserver {
  /** Sends what is there. */
  flush(): void
}

export function createObservedBatch(
  send: (message: FromWorker) => void,
  openExchanges: () => number,
): ObservedBatch {
  let events: Observed[] = []
  let told = 0
  const flush = (): void => {
    const open = openExchanges()
    if (events.length === 0 && open === told) return
    send({ w: 'observed', openExchanges: open, events })
    events = []
    told = open
  }
  const add = (event: Observed): void => {
    events.push(event)
    if (events.length >= EVENTS_MAX) flush()
  }
  setInterval(flush, INTERVAL_MS).unref()
  return {
    flush,
    decided: (event) => add({ kind: 'decided', event }),
    finished: (event) => add({ kind: 'finished', event }),
    refusedBeforeDecision: (code) => add({ kind: 'refused', code }),
  }
}

/** Tells an observer what a batch holds, in its order. */
export function replayObserved(events: readonly Observed[], observer: GatewayObserver): void {
  for (const each of events) {
    if (each.kind === 'decided') observer.decided(each.event)
    else if (each.kind === 'finished') observer.finished(each.event)
    else observer.refusedBeforeDecision(each.code)
  }
}
