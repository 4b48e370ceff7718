/**
 * The parts of a server, opened in order and closed in the opposite order: ledger, database, programme, gateway's
 * means. `serve.ts` puts listeners in front of them.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type Agreement, type Facts, loadModels } from './agreement/index.ts'
import { type AgreementShelf, openAgreementShelf } from './agreement-shelf.ts'
import { createDecider, type Decider, type Decision } from './authorization/index.ts'
import { createLogger, type Logger, systemClock } from './base/index.ts'
import { createReader } from './boundary/index.ts'
import { type Config, type ConfiguredUpstream, REHEARSAL_CHUNK_DELAY_MS } from './config/index.ts'
import { closeAmbiguous, createGateway, createWriterDesk, type Gateway } from './gateway/index.ts'
import { createMetrics, type Metrics } from './http/index.ts'
import { type Ledger, openFileKeyRing, openLedger } from './ledger/index.ts'
import { observe } from './observe.ts'
import { openServerDatabase } from './open-database.ts'
import { foundSample, openProgramme, type Programme } from './programme/index.ts'
import { openServerKeys, type ServerKeys } from './server-keys.ts'
import type { Database } from './storage/index.ts'
import { openUpstreams, type UpstreamConfig } from './upstream/index.ts'

/** Exit code when evidence can no longer be written safely (sysexits.h EX_IOERR). */
const EXIT_LEDGER_FATAL = 74

export interface Parts {
  readonly logger: Logger
  /** What the admin and console listeners show. */
  readonly forPages: {
    readonly programme: Programme
    readonly ledger: Ledger
    readonly databaseHealthy: () => boolean
    readonly agreement: () => Agreement
    readonly decide: (facts: Facts) => Decision
    readonly metrics: Metrics
    readonly logger: Logger
  }
  openGateway(consoleUrl: string): Gateway
  close(): Promise<void>
}

export async function openParts(config: Config, logger: Logger): Promise<Parts> {
  const closers: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const shelf = openAgreementShelf(config.agreement, config.dataDir)
    const models = loadModels(readFileSync(config.models, 'utf8'), config.models)
    const upstreams = openUpstreams(upstreamConfigs(config.upstreams))
    closers.push(
      async () => void (await Promise.all([...upstreams.values()].map((upstream) => upstream.close()))),
    )
    const keys = openServerKeys(config.dataDir)
    const ledger = await openServerLedger(config, keys, logger)
    closers.push(() => ledger.close())
    const { database, close: closeDatabase } = await openServerDatabase(config, ledger.origin, logger)
    closers.push(closeDatabase)
    const ambiguous = await closeAmbiguous(ledger)
    if (ambiguous > 0)
      logger.warn({ event: 'closed_ambiguous', exchanges: ambiguous }, 'closed what a crash left open')
    const programme = await openServerProgramme(config, shelf, ledger, database, logger)
    closers.push(() => programme.close())
    if (config.programme.sample) await makeSample(programme, shelf, config, logger)

    const deciders = createDeciders()
    const agreement = (): Agreement => (programme.founded ? programme.snapshot().agreement : shelf.configured)
    const gateway: { current: Gateway | null } = { current: null }
    const metrics = createMetrics({
      ledgerSize: () => ledger.size(),
      ledgerWritable: () => ledger.state() === 'writable',
      databaseHealthy: () => database.healthy(),
      leaseValid: () => programme.authority.leaseValid(),
      snapshotIndex: () => (programme.founded ? programme.snapshot().index : null),
      stops: () => (programme.founded ? programme.snapshot().stops.length : 0),
      openExchanges: () => gateway.current?.openExchanges() ?? 0,
    })
    const openGateway = (consoleUrl: string): Gateway => {
      const decisions = createLogger({
        level: config.logging.level,
        buffered: true,
        base: { service: 'sekisho' },
      })
      gateway.current = createGateway({
        authority: programme.authority,
        models,
        upstreams,
        reader: createReader(),
        deciderFor: deciders,
        guard: { canaries: config.guard.canaries, heldBytesMax: config.guard.heldBytesMax },
        desk: createWriterDesk(ledger),
        hostNames: config.listen.hostNames,
        endUserSecret: keys.endUserSecret,
        consoleUrl,
        clock: systemClock,
        log: logger,
        observer: observe(metrics, decisions),
        limits: {
          bodyBytesMax: config.limits.bodyBytesMax,
          bodyTimeoutMs: config.limits.bodyTimeoutMs,
          answerBytesMax: config.limits.answerBytesMax,
          exchangesMax: config.limits.concurrencyMax,
        },
        stickyMs: config.guard.refusalHours * 3_600_000,
      })
      return gateway.current
    }
    const decide = (facts: Facts): Decision => deciders(agreement()).decide(facts)
    const databaseHealthy = (): boolean => database.healthy()
    const forPages = {
      programme,
      ledger,
      databaseHealthy,
      agreement,
      decide,
      metrics,
      logger,
    }
    return { logger, forPages, openGateway, close }
  } catch (error) {
    await close()
    throw error
  }
}

function openServerLedger(config: Config, keys: ServerKeys, logger: Logger): Promise<Ledger> {
  return openLedger({
    dir: path.join(config.dataDir, 'ledger'),
    origin: config.ledger.origin,
    signingKey: keys.checkpoint,
    clock: systemClock,
    checkpointIntervalMs: config.ledger.checkpointIntervalMs,
    kek: openFileKeyRing(keys.escrowFile),
    onFatal(error) {
      logger.fatal(
        { event: 'ledger_fatal', err: error },
        'evidence cannot be written safely any more: ending now',
      )
      process.exit(EXIT_LEDGER_FATAL)
    },
  })
}

/** Only an empty ledger, or one that the sample founded, becomes the sample programme. */
async function makeSample(
  programme: Programme,
  shelf: AgreementShelf,
  config: Config,
  logger: Logger,
): Promise<void> {
  if (programme.founded && !programme.snapshot().sample) {
    logger.warn(
      { event: 'sample_refused' },
      'this programme is not the sample: `programme.sample` has no effect',
    )
    return
  }
  const made = await foundSample(programme, {
    programme: config.programme.id,
    dataDir: config.dataDir,
    agreement: shelf.configured,
    clock: systemClock,
  })
  logger.info({ event: 'sample', ...made }, 'the sample programme stands')
}

function openServerProgramme(
  config: Config,
  shelf: AgreementShelf,
  ledger: Ledger,
  database: Database,
  logger: Logger,
): Promise<Programme> {
  return openProgramme({
    programme: config.programme.id,
    ledger,
    agreements: shelf.find,
    clock: systemClock,
    database,
    logger,
  })
}

/** One decider per agreement version, made on first use; versions are few. */
function createDeciders(): (agreement: Agreement) => Decider {
  const deciders = new Map<string, Decider>()
  return (agreement) => {
    let decider = deciders.get(agreement.digest)
    if (decider === undefined) {
      decider = createDecider(agreement)
      deciders.set(agreement.digest, decider)
    }
    return decider
  }
}

/** Nothing configured is the built-in rehearsal model. */
function upstreamConfigs(configured: readonly ConfiguredUpstream[]): UpstreamConfig[] {
  if (configured.length === 0) {
    return [{ id: 'rehearsal', kind: 'rehearsal', chunkDelayMs: REHEARSAL_CHUNK_DELAY_MS }]
  }
  return configured.map((upstream): UpstreamConfig => {
    const {
      id,
      kind,
      baseUrl,
      apiKey,
      dialects,
      headers,
      connectTimeoutMs,
      headTimeoutMs,
      idleTimeoutMs,
      connectionsMax,
      chunkDelayMs,
    } = upstream
    if (kind === 'rehearsal') return { id, kind, chunkDelayMs }
    return {
      id,
      kind,
      headers,
      connectTimeoutMs,
      headTimeoutMs,
      idleTimeoutMs,
      connectionsMax,
      ...(baseUrl === null ? {} : { baseUrl }),
      ...(apiKey === null ? {} : { apiKey }),
      ...(dialects.length === 0 ? {} : { dialects }),
    }
  })
}
