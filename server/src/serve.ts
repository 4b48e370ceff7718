/**
 * One server from start to end: what is opened in which order, and closed in the opposite one.
 *
 * Order of the start: the ledger first, because its lock keeps a second server off the data directory; the
 * gateway's listener last, because nothing may arrive before all of it can be recorded. A part that cannot be
 * opened ends the start, and what was open is closed again.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createLogger, openPrivateDirectory } from './base/index.ts'
import {
  type Config,
  createHostCheck,
  formatListenAddress,
  type HostCheck,
  type ListenAddress,
} from './config/index.ts'
import { type Gateways, openGateways } from './gateways.ts'
import { createAdminListener, createConsoleListener, listen } from './http/index.ts'
import { openParts, type Parts } from './parts.ts'
import { assertListenable } from './programme/index.ts'

/** Where a started server is, as `server.json` says it. */
export interface Announcement {
  readonly pid: number
  readonly gateway: string
  readonly admin: string
  readonly console: string
  readonly dataDir: string
  readonly programme: string
  readonly ledger: { readonly origin: string; readonly verifierKey: string; readonly publicDir: string }
}

export interface RunningServer {
  readonly announcement: Announcement
  /** File that holds the announcement. */
  readonly file: string
  /** Directory of the sample programme's keys, or null when this is no sample. */
  readonly sampleKeys: string | null
  /** Stops accepting, lets open answers end or cuts them, closes every part. Idempotent. */
  stop(): Promise<void>
}

export async function startServer(config: Config): Promise<RunningServer> {
  const logger = createLogger({ level: config.logging.level, base: { service: 'sekisho' } })
  openPrivateDirectory(config.dataDir)
  openPrivateDirectory(path.join(config.dataDir, 'ledger'))
  const parts = await openParts(config, logger)
  let stopping: Promise<void> | null = null
  const state = { closing: false }
  try {
    refuseExposedSample(config, parts)
    const listening = await openListeners(config, parts, state)
    const announcement = announce(config, parts, listening.addresses)
    const file = path.join(config.dataDir, 'server.json')
    writeFileSync(`${file}.tmp`, `${JSON.stringify(announcement, null, 2)}\n`)
    renameSync(`${file}.tmp`, file)
    logger.info({ event: 'started', ...announcement }, 'serving')
    const stop = async (): Promise<void> => {
      state.closing = true
      logger.info({ event: 'stopping' }, 'stopping: nothing new is taken')
      // Runs go through the gateway: they let go first, and are taken up again from the ledger.
      await parts.forPages.runs.close()
      // Open answers may end by themselves for a while; connections that come late are refused.
      await listening.gateways.end(config.shutdownGraceMs)
      listening.close()
      // While the ledger's lock is ours, so is this file: nobody is sent to a server that is gone.
      rmSync(file, { force: true })
      await parts.close()
      logger.info({ event: 'stopped' }, 'stopped')
    }
    return {
      announcement,
      file,
      sampleKeys: isSample(parts) ? path.join(config.dataDir, 'sample-keys') : null,
      stop() {
        stopping ??= stop()
        return stopping
      },
    }
  } catch (error) {
    await parts.close()
    throw error
  }
}

/** @throws {ProgrammeError} `programme_sample_keys_exposed` */
function refuseExposedSample(config: Config, parts: Parts): void {
  const { programme } = parts.forPages
  if (!programme.founded) return
  for (const { host } of [config.listen.gateway, config.listen.admin, config.listen.console]) {
    assertListenable(programme.snapshot(), host)
  }
}

function isSample({ forPages: { programme } }: Parts): boolean {
  return programme.founded && programme.snapshot().sample
}

interface Listening {
  readonly gateways: Gateways
  readonly addresses: {
    readonly gateway: ListenAddress
    readonly admin: ListenAddress
    readonly console: ListenAddress
  }
  close(): void
}

async function openListeners(
  config: Config,
  parts: Parts,
  state: { readonly closing: boolean },
): Promise<Listening> {
  const hosts = new Map<string, HostCheck>()
  const hostCheck = (name: string) => (): HostCheck => hosts.get(name) ?? (() => false)
  const { names, logger } = { names: config.listen.hostNames, logger: parts.logger }
  let gatewayUrl = ''
  const admin = createAdminListener({
    ...parts.forPages,
    metricsAccess: config.metrics,
    hostCheck: hostCheck('admin'),
    closing: () => state.closing,
    gatewayServing: () => (gateways?.serving() ?? 0) > 0,
    addresses: () => ({ gateway: gatewayUrl, console: consoleUrl }),
  })
  const pages = createConsoleListener({
    ...parts.forPages,
    url: () => consoleUrl,
    hostCheck: hostCheck('console'),
  })
  let consoleUrl = config.consoleUrl?.replace(/\/$/, '') ?? ''
  let gateways: Gateways | null = null
  const open = [admin, pages]
  const closeAll = (): void => {
    for (const server of open) {
      server.close()
      server.closeAllConnections()
    }
  }
  try {
    const atAdmin = await listen(admin, config.listen.admin, 'listen.admin')
    const atConsole = await listen(pages, config.listen.console, 'listen.console')
    if (consoleUrl === '') consoleUrl = urlOf(atConsole)
    gateways = await openGateways(parts, consoleUrl)
    gatewayUrl = urlOf(gateways.address)
    parts.attachGateways(gateways, gatewayUrl)
    hosts.set('admin', createHostCheck(atAdmin, names))
    hosts.set('console', createHostCheck(atConsole, names))
    logger.debug({ event: 'listening' }, 'listening')
    return {
      gateways,
      addresses: { gateway: gateways.address, admin: atAdmin, console: atConsole },
      close: closeAll,
    }
  } catch (error) {
    closeAll()
    throw error
  }
}

function announce(config: Config, parts: Parts, addresses: Listening['addresses']): Announcement {
  return {
    pid: process.pid,
    gateway: urlOf(addresses.gateway),
    admin: urlOf(addresses.admin),
    console: urlOf(addresses.console),
    dataDir: config.dataDir,
    programme: config.programme.id,
    ledger: {
      origin: parts.forPages.ledger.origin,
      verifierKey: parts.forPages.ledger.verifierKey,
      publicDir: parts.forPages.ledger.publicDir,
    },
  }
}

/** An address that listens on every interface is reached here by loopback. */
function urlOf(address: ListenAddress): string {
  const host = address.host === '0.0.0.0' ? '127.0.0.1' : address.host === '::' ? '::1' : address.host
  return `http://${formatListenAddress({ ...address, host })}`
}
