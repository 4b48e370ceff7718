/** Runs from the configuration: the writer's authority and ledger, the gateway as the way to a model, declared tools. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Agreement, ModelCatalogue } from './agreement/index.ts'
import type { Authority } from './authority/index.ts'
import type { Decider } from './authorization/index.ts'
import { type Logger, systemClock } from './base/index.ts'
import type { Config } from './config/index.ts'
import type { Ledger } from './ledger/index.ts'
import { parseToolsFile } from './operations/index.ts'
import { createGatewayModel, openRunDesk, type RunDesk } from './runs/index.ts'

export interface OpenRunsOptions {
  readonly config: Pick<Config, 'dataDir' | 'tools'>
  readonly authority: Authority
  readonly ledger: Ledger
  readonly models: ModelCatalogue
  readonly deciderFor: (agreement: Agreement) => Decider
  readonly gatewayUrl: () => string
  readonly log: Logger
}

/** @throws {OperationsError} `operations_tools_malformed` */
export function openRuns({ config, gatewayUrl, ...deps }: OpenRunsOptions): RunDesk {
  const { tools } = config
  return openRunDesk({
    ...deps,
    model: createGatewayModel(gatewayUrl),
    clock: systemClock,
    dir: path.join(config.dataDir, 'runs'),
    servers: tools === null ? [] : parseToolsFile(readFileSync(tools, 'utf8'), tools),
  })
}
