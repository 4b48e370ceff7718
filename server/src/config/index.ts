/** The one configuration file, parsed strictly. Layer 1. Spec: docs/spec/config.md. */
export { formatListenAddress, isLoopback, type ListenAddress, parseListenAddress } from './address.ts'
export { ConfigError, type ConfigErrorCode, type ConfigProblem } from './error.ts'
export { describeConfig, describeWitnessConfig, explainConfig } from './explain.ts'
export { createHostCheck, type HostCheck } from './host.ts'
export {
  defaultConfig,
  type LoadedConfig,
  type LoadOptions,
  loadConfig,
  loadConfigFile,
  loadWitnessConfig,
  type Setting,
} from './load.ts'
export {
  type Config,
  type ConfiguredUpstream,
  REHEARSAL_CHUNK_DELAY_MS,
  type WitnessConfig,
} from './schema.ts'
