/** Public surface of the sigma room: detection rules, log events, and which rules fire on an event. */
export { SIGMA_ERROR_CODES, SigmaError, type SigmaErrorCode } from './error.ts'
export { type FieldValue, fieldsOfJson, fieldsOfWindows, type LogEvent } from './event.ts'
export { LEVELS, type Level, type LogSource, parseRule, type SigmaRule } from './rule.ts'
export { compileRules, type RuleSet } from './ruleset.ts'
export { windowsSources } from './windows-sources.ts'
