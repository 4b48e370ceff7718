/** Fixtures of the operations tests: the sample programme, a declared tool server, and somebody who calls. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { loadModels } from '../agreement/index.ts'
import { createWorld, person, type World } from '../authority/testing.ts'
import { createDecider, type Decider } from '../authorization/index.ts'
import { silentLogger } from '../base/index.ts'
import type { JsonObject, ToolAnswer, ToolHost } from '../mcp/index.ts'
import type { NameResolver } from '../scope/index.ts'
import { type BrokerDeps, createBroker } from './broker.ts'
import type { Caller } from './call.ts'
import { type Catalogue, openCatalogue } from './catalogue.ts'
import { createSteered } from './steered.ts'
import { parseToolsFile } from './tools-file.ts'

const SERVER = path.join(import.meta.dirname, '../mcp/server-for-test.ts')
const MODELS = path.join(import.meta.dirname, '../../models.yaml')

/** Tools of the test server, declared as an institution might: two names, one server process a mode. */
export function toolsFile(mode: string, tools: string, timeoutMs = 5_000): string {
  return `servers:
  - id: lab
    command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(SERVER)}, ${mode}]
    timeoutMs: ${timeoutMs}
    tools:
${tools.replace(/^/gm, '      ')}
`
}

export interface Bench {
  readonly world: World
  readonly catalogue: Catalogue
  readonly broker: ToolHost<Caller>
  readonly deps: BrokerDeps
  /** Approves the descriptions as they are now. */
  approveTools(institution: string): Promise<void>
  caller(actor: string, engagement?: string | null): Promise<Caller>
  call(caller: Caller, name: string, args: JsonObject): Promise<ToolAnswer>
  /** The institution's staff answer what is held. */
  approve(decision: string, approver: string): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Approves every description as it stands, unless told otherwise. */
export async function createBench(
  file: string,
  options: { readonly approve?: boolean; readonly names?: NameResolver } = {},
): Promise<Bench> {
  const world = await createWorld()
  const catalogue = openCatalogue({
    servers: parseToolsFile(file, 'tools.yaml'),
    version: '0.1.0',
    clock: world.clock,
    log: silentLogger,
  })
  const deciders = new Map<string, Decider>()
  const deps: BrokerDeps = {
    authority: world.programme.authority,
    models: loadModels(readFileSync(MODELS, 'utf8'), 'models.yaml'),
    deciderFor: (agreement) => {
      const known = deciders.get(agreement.digest) ?? createDecider(agreement)
      deciders.set(agreement.digest, known)
      return known
    },
    catalogue,
    clock: world.clock,
    consoleUrl: 'http://console.test',
    log: silentLogger,
    observer: { called: () => {} },
    steered: createSteered(),
    ...(options.names === undefined ? {} : { names: options.names }),
  }
  const broker = createBroker(deps)
  const approveTools = async (institution: string): Promise<void> => {
    const staff = institution.split('-')[0]
    for (const { declaration, digest } of await catalogue.tools()) {
      if (digest === null) continue
      const payload = { institution, tool: declaration.served, description: digest }
      await world.submit('tool.approve', payload, [person(`${staff}-lead`), person(`${staff}-engineer`)])
    }
  }
  if (options.approve !== false) {
    for (const institution of ['mufg', 'hoshizora-bank']) await approveTools(institution)
  }
  return {
    world,
    catalogue,
    broker,
    deps,
    approveTools,
    async caller(actor, engagement = null) {
      const found = world.programme.authority.authenticate(
        await world.mint(actor, actor.startsWith('asagiri') ? { institution: 'hoshizora-bank' } : {}),
      )
      if (!found.ok) throw new Error(found.failure)
      return { principal: found.principal, engagementId: engagement, purpose: null, model: 'rehearsal/1' }
    },
    call: (caller, name, args) => broker.callTool(caller, name, args, AbortSignal.timeout(20_000)),
    async approve(decision, approver) {
      const hold = world.programme.hold(decision)
      if (hold === null) throw new Error(`no hold ${decision}`)
      const { actor, institution, engagement, capability, session, approvalsNeeded } = hold
      const until_ms = world.clock.nowMs() + 300_000
      const payload = {
        hold: decision,
        actor,
        institution,
        engagement,
        capability: capability as 'none',
        session,
        approvals: approvalsNeeded,
        count: 1,
        until_ms,
      }
      await world.submit('grant.approve', payload, [person(approver)])
    },
    async [Symbol.asyncDispose]() {
      await catalogue.close()
      await world[Symbol.asyncDispose]()
    },
  }
}
