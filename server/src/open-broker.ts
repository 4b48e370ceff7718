/** The tool broker from the configuration: declared servers, their catalogue, the endpoint `/mcp`. */
import { readFileSync } from 'node:fs'
import type { Agreement, ModelCatalogue } from './agreement/index.ts'
import type { Authority } from './authority/index.ts'
import type { Decider } from './authorization/index.ts'
import { type Logger, systemClock, VERSION } from './base/index.ts'
import type { Mount } from './gateway/index.ts'
import {
  type Catalogue,
  createBroker,
  createSteered,
  createToolEndpoint,
  openCatalogue,
  parseToolsFile,
} from './operations/index.ts'
import type { NameResolver } from './scope/index.ts'

export interface OpenBrokerOptions {
  /** Path of the tools file. */
  readonly file: string
  readonly authority: Authority
  readonly models: ModelCatalogue
  readonly deciderFor: (agreement: Agreement) => Decider
  readonly consoleUrl: string
  readonly log: Logger
  /** Where name servers are configured. */
  readonly names?: NameResolver
}

export interface OpenBroker {
  readonly mount: Mount
  readonly catalogue: Catalogue
  close(): Promise<void>
}

/** Model that makes the calls where a caller names none. */
const DEFAULT_MODEL = 'rehearsal/1'

/** @throws {OperationsError} `operations_tools_malformed` */
export function openBroker(options: OpenBrokerOptions): OpenBroker {
  const { file, authority, models, deciderFor, consoleUrl, log } = options
  const servers = parseToolsFile(readFileSync(file, 'utf8'), file)
  const observer = {
    called: (event: object) =>
      log.info({ event: 'tool_call', ...event }, 'a tool was called, held or denied'),
  }
  const catalogue = openCatalogue({ servers, version: VERSION, clock: systemClock, log })
  const broker = createBroker({
    authority,
    models,
    deciderFor,
    catalogue,
    consoleUrl,
    log,
    observer,
    clock: systemClock,
    steered: createSteered(),
    ...(options.names === undefined ? {} : { names: options.names }),
  })

  const identity = {
    name: 'sekisho',
    version: VERSION,
    instructions:
      'Tools of the institution, each call decided under its agreement and recorded. A call that is held needs the approval of another person: tell the user, and call again with the same arguments afterwards.',
  }
  return {
    mount: createToolEndpoint({ authority, broker, identity, defaultModel: DEFAULT_MODEL }),
    catalogue,
    close: () => catalogue.close(),
  }
}
