/**
 * The parts of a server, opened in order and closed in the opposite order: ledger, database, programme, and what
 * gateways are opened from. `serve.ts` puts listeners in front of them.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type Agreement, type Facts, loadModels } from './agreement/index.ts'
import { type AgreementShelf, openAgreementShelf } from './agreement-shelf.ts'
import { openProgramme, type Programme, type ProgrammeOptions } from './authority/index.ts'
import type { Decision } from './authorization/index.ts'
import { createLogger, type Logger, systemClock } from './base/index.ts'
import type { Config } from './config/index.ts'
import { type CustodyRing, openCustodyRing } from './custody/index.ts'
import { closeAmbiguous, createWriterDesk, type GatewayObserver, type WriterDesk } from './gateway/index.ts'
import type { Gateways } from './gateways.ts'
import { createMetrics, type EvidenceDesk, figuresOf, type Metrics } from './http/index.ts'
import { type CustodyLedger, openLedger } from './ledger/index.ts'
import { observe } from './observe.ts'
import { openCustody } from './open-custody.ts'
import { openServerDatabase } from './open-database.ts'
import { openEvidenceDesk } from './open-evidence.ts'
import { createDeciders } from './open-gateway.ts'
import { openRuns } from './open-runs.ts'
import { openWitnessing } from './open-witnessing.ts'
import { EXAMINER } from './proof/index.ts'
import type { RunDesk } from './runs/index.ts'
import { foundSample } from './sample/index.ts'
import { openServerKeys, type ServerKeys } from './server-keys.ts'
import type { WorkerOrders } from './worker-messages.ts'

/** Exit code when evidence can no longer be written safely (sysexits.h EX_IOERR). */
const EXIT_LEDGER_FATAL = 74

export interface Parts {
  readonly logger: Logger
  /** What the admin and console listeners show. */
  readonly forPages: {
    readonly programme: Programme
    readonly ledger: CustodyLedger
    readonly evidence: EvidenceDesk
    readonly runs: RunDesk
    readonly databaseHealthy: () => boolean
    readonly agreement: () => Agreement
    readonly decide: (facts: Facts) => Decision
    readonly metrics: Metrics
    readonly logger: Logger
  }
  /** What every gateway of this server is opened from, but for the console's address, which is not known yet. */
  readonly orders: Omit<WorkerOrders, 'worker' | 'consoleUrl'>
  readonly desk: WriterDesk
  readonly observer: GatewayObserver
  /** Where the figures about gateways come from, and where runs find their models, once they are open. */
  attachGateways(gateways: Pick<Gateways, 'serving' | 'openExchanges'>, url: string): void
  close(): Promise<void>
}

export async function openParts(config: Config, logger: Logger): Promise<Parts> {
  const closers: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const shelf = openAgreementShelf(config.agreement, config.dataDir)
    const modelsText = readFileSync(config.models, 'utf8')
    // Gateways read it again; what is wrong with it is told here.
    const models = loadModels(modelsText, config.models)
    const knownModel = (id: string): boolean => models.find(id) !== null
    const keys = openServerKeys(config.dataDir)
    const ring = openCustodyRing(path.dirname(keys.escrowFile))
    const ledger = await openServerLedger(config, keys, ring, logger)
    closers.push(() => ledger.close())
    // Before anything is written: witnesses may know that this directory was put back to an earlier state.
    const witnessing = await openWitnessing(config, ledger, logger, endFatally(logger))
    if (witnessing !== null) closers.push(() => witnessing.close())
    const { database, close: closeDatabase } = await openServerDatabase(config, ledger.origin, logger)
    closers.push(closeDatabase)
    const ambiguous = await closeAmbiguous(ledger, (number) => ring.ownerOf(number))
    if (ambiguous > 0)
      logger.warn({ event: 'closed_ambiguous', exchanges: ambiguous }, 'closed what a crash left open')
    const programme = await openServerProgramme(config, {
      agreements: shelf.find,
      ledger,
      database,
      logger,
      knownModel,
      openPerActorMax: config.limits.actorExchangesMax,
    })
    closers.push(() => programme.close())
    const { dataDir } = config
    const custody = await openCustody({
      ring,
      ledger,
      database,
      programme,
      dataDir,
      clock: systemClock,
      logger,
    })
    closers.push(() => custody.close())
    if (config.programme.sample) await makeSample(programme, shelf, config, logger)

    const deciders = createDeciders()
    const agreement = (): Agreement => (programme.founded ? programme.snapshot().agreement : shelf.configured)
    let gateways: Pick<Gateways, 'serving' | 'openExchanges'> = { serving: () => 0, openExchanges: () => 0 }
    const metrics = createMetrics({
      ledgerSize: () => ledger.size(),
      ledgerWritable: () => ledger.state() === 'writable',
      databaseHealthy: () => database.healthy(),
      leaseValid: () => programme.authority.leaseValid() && gateways.serving() > 0,
      snapshotIndex: () => (programme.founded ? programme.snapshot().index : null),
      stops: () => (programme.founded ? programme.snapshot().stops.length : 0),
      appeals: () => figuresOf(programme.founded ? (programme.snapshot().appeals ?? []) : []),
      openExchanges: () => gateways.openExchanges(),
    })
    const decisions = createLogger({
      level: config.logging.level,
      buffered: true,
      base: { service: 'sekisho' },
    })
    const decide = (facts: Facts): Decision => deciders(agreement()).decide(facts)
    const databaseHealthy = (): boolean => database.healthy()
    let gatewayUrl = ''
    const runs = openRuns({
      config,
      authority: programme.authority,
      ledger,
      models,
      deciderFor: deciders,
      gatewayUrl: () => gatewayUrl,
      log: logger,
    })
    closers.push(() => runs.close())
    const forPages = {
      runs,
      programme,
      ledger,
      evidence: openEvidenceDesk({
        programme,
        ledger,
        ring,
        signingKey: keys.checkpoint,
        agreements: shelf.find,
        clock: systemClock,
      }),
      databaseHealthy,
      agreement,
      decide,
      metrics,
      logger,
    }
    return {
      logger,
      orders: { config, modelsText, endUserSecret: keys.endUserSecret },
      desk: createWriterDesk(
        ledger,
        witnessing?.offersQuorum ? (index) => witnessing.witnessed(index) : undefined,
      ),
      observer: observe(metrics, decisions),
      forPages,
      attachGateways: (opened, url) => {
        gateways = opened
        gatewayUrl = url
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function openServerLedger(
  config: Config,
  keys: ServerKeys,
  kek: CustodyRing,
  logger: Logger,
): Promise<CustodyLedger> {
  return openLedger({
    dir: path.join(config.dataDir, 'ledger'),
    origin: config.ledger.origin,
    signingKey: keys.checkpoint,
    clock: systemClock,
    checkpointIntervalMs: config.ledger.checkpointIntervalMs,
    kek,
    onFatal: endFatally(logger),
  })
}

function endFatally(logger: Logger) {
  return (error: Error): void => {
    logger.fatal(
      { event: 'ledger_fatal', err: error },
      'evidence cannot be written safely any more: ending now',
    )
    process.exit(EXIT_LEDGER_FATAL)
  }
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
    seats: true,
  })
  logger.info({ event: 'sample', ...made }, 'the sample programme stands')
}

function openServerProgramme(
  config: Config,
  means: Pick<
    ProgrammeOptions,
    'agreements' | 'ledger' | 'database' | 'logger' | 'knownModel' | 'openPerActorMax'
  >,
): Promise<Programme> {
  return openProgramme({ programme: config.programme.id, clock: systemClock, examiner: EXAMINER, ...means })
}
