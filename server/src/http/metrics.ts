/**
 * Prometheus metrics. Labels have few values each: ids of persons, sessions and decisions never become labels.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { DecidedEvent, FinishedEvent } from '../gateway/index.ts'

/** Seconds: from a quick denial to a long agent turn. */
const EXCHANGE_BUCKETS_S = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

/** Read when metrics are collected. */
export interface MetricsSource {
  readonly ledgerSize: () => number
  readonly ledgerWritable: () => boolean
  readonly databaseHealthy: () => boolean
  readonly leaseValid: () => boolean
  readonly snapshotIndex: () => number | null
  readonly stops: () => number
  readonly openExchanges: () => number
  /** Appeals by outcome; absent where nobody counts. */
  readonly appeals?: () => { readonly open: number; readonly granted: number; readonly upheld: number }
}

/** What is counted, and the text that a scraper reads. */
export interface Metrics {
  decided(event: DecidedEvent): void
  finished(event: FinishedEvent): void
  refusedBeforeDecision(code: string): void
  /** Content of the escrow was shown to a person. */
  contentOpened(what: 'hold' | 'entry'): void
  readonly contentType: string
  /** The text that a scraper reads. */
  text(): Promise<string>
}

/** Counters and gauges of one server, in a registry of their own. */
export function createMetrics(source: MetricsSource): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'sekisho_' })
  const registers = [registry]
  const decisions = new Counter({
    name: 'sekisho_decisions_total',
    help: 'Decisions by verdict, side of the request and sector.',
    labelNames: ['verdict', 'side', 'sector'] as const,
    registers,
  })
  const engineErrors = new Counter({
    name: 'sekisho_policy_engine_errors_total',
    help: 'Errors of the policy engine: each one is a denial and an alarm.',
    registers,
  })
  const exchanges = new Counter({
    name: 'sekisho_exchanges_total',
    help: 'Recorded exchanges by how they ended.',
    labelNames: ['end', 'code'] as const,
    registers,
  })
  const refused = new Counter({
    name: 'sekisho_refused_before_decision_total',
    help: 'Requests refused before any decision, by code.',
    labelNames: ['code'] as const,
    registers,
  })
  const opened = new Counter({
    name: 'sekisho_content_opened_total',
    help: 'Readings of escrowed content: a held prompt by its approvers, an entry by audit. The log says who.',
    labelNames: ['what'] as const,
    registers,
  })
  const tokens = new Counter({
    name: 'sekisho_tokens_total',
    help: 'Tokens used, as the vendors counted them.',
    registers,
  })
  const seconds = new Histogram({
    name: 'sekisho_exchange_seconds',
    help: 'From the request to the last byte.',
    labelNames: ['end'] as const,
    buckets: EXCHANGE_BUCKETS_S,
    registers,
  })
  const firstByte = new Histogram({
    name: 'sekisho_first_byte_seconds',
    help: 'From the request to the first byte of an answer.',
    buckets: EXCHANGE_BUCKETS_S,
    registers,
  })
  gauge(registry, 'sekisho_ledger_entries', 'Durable entries.', source.ledgerSize)
  gauge(registry, 'sekisho_ledger_writable', '1 when the ledger takes entries.', () =>
    Number(source.ledgerWritable()),
  )
  gauge(registry, 'sekisho_database_up', '1 when the database answers.', () =>
    Number(source.databaseHealthy()),
  )
  gauge(registry, 'sekisho_lease_valid', '1 when this gateway may serve.', () => Number(source.leaseValid()))
  gauge(
    registry,
    'sekisho_snapshot_index',
    'Ledger entries folded into the programme.',
    () => source.snapshotIndex() ?? -1,
  )
  gauge(registry, 'sekisho_stops', 'Stops in force.', source.stops)
  const { appeals } = source
  if (appeals !== undefined) {
    gauge(registry, 'sekisho_appeals_open', 'Refusals under review.', () => appeals().open)
    gauge(
      registry,
      'sekisho_appeals_granted',
      'Refusals that should not have been: over-refusal.',
      () => appeals().granted,
    )
    gauge(registry, 'sekisho_appeals_upheld', 'Refusals that review upheld.', () => appeals().upheld)
  }
  gauge(registry, 'sekisho_exchanges_open', 'Exchanges under way.', source.openExchanges)
  return {
    decided(event) {
      decisions.inc({ verdict: event.verdict, side: event.side, sector: event.sector })
      if (event.engineErrors.length > 0) engineErrors.inc(event.engineErrors.length)
    },
    finished(event) {
      exchanges.inc({ end: event.end, code: event.code ?? 'none' })
      seconds.observe({ end: event.end }, event.elapsedMs / 1000)
      if (event.firstByteMs !== null) firstByte.observe(event.firstByteMs / 1000)
      if (event.tokens !== null) tokens.inc(event.tokens)
    },
    contentOpened: (what) => opened.inc({ what }),
    refusedBeforeDecision: (code) => refused.inc({ code }),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  }
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read())
    },
  })
}
