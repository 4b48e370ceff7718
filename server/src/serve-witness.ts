/** One witness from its configuration: opened, listening, stopped. */
import { createLogger, systemClock } from './base/index.ts'
import { formatListenAddress, type WitnessConfig } from './config/index.ts'
import { listen } from './http/index.ts'
import { openWitness } from './witness/index.ts'

export interface RunningWitness {
  readonly url: string
  /** Its verifier keys, for policies. */
  readonly vkeys: readonly string[]
  stop(): Promise<void>
}

export async function startWitness(config: WitnessConfig): Promise<RunningWitness> {
  const { name, dataDir } = config
  const service = await openWitness({
    name,
    dataDir,
    algorithms: config.algorithms.length === 0 ? ['ed25519', 'ml-dsa-44'] : config.algorithms,
    logs: config.logs.map(({ key }) => key),
    clock: systemClock,
    log: createLogger({ base: { service: 'sekisho-witness' } }),
  })
  try {
    const address = await listen(service.server, config.listen, 'listen')
    return {
      url: `http://${formatListenAddress(address)}`,
      vkeys: service.cosigners.map(({ vkey }) => vkey),
      stop: () => service.close(),
    }
  } catch (error) {
    await service.close()
    throw error
  }
}
