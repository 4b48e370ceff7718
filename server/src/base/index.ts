/** What every room stands on: time, identifiers, bounded caches, logging. Layer 0. */
export { type Clock, createFakeClock, type FakeClock, systemClock } from './clock.ts'
export { type Branded, type DecisionId, newDecisionId, newId, parseDecisionId, parseId } from './id.ts'
export { createLogger, type Logger, type LoggerOptions, type LogLevel, silentLogger } from './log.ts'
export { createLru, type Lru } from './lru.ts'
export { checkPrivateFile, openPrivateDirectory, PlaceError, type PlaceErrorCode } from './private-place.ts'
export { VERSION } from './version.ts'
