/** Errors of the config room: everything wrong with a file at once, each with its line and the way out. */

/** Codes are API: add, never rename. */
export type ConfigErrorCode =
  | 'config_unreadable'
  | 'config_too_large'
  | 'config_syntax'
  | 'config_duplicate_key'
  | 'config_alias'
  | 'config_unknown_key'
  | 'config_missing_key'
  | 'config_wrong_type'
  | 'config_out_of_range'
  | 'config_secret_literal'
  | 'config_secret_unreadable'
  | 'config_env_missing'
  | 'config_inconsistent'

/** One problem, with the line it stands on. */
export interface ConfigProblem {
  readonly code: ConfigErrorCode
  /** `upstreams[0].apiKey`, or '' for the file as a whole. */
  readonly path: string
  /** 1-based. */
  readonly line: number
  readonly message: string
}

/** A configuration that is not good, with every problem found. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** Code of the first problem. */
  readonly code: ConfigErrorCode
  readonly file: string
  readonly problems: readonly ConfigProblem[]
  constructor(file: string, problems: readonly ConfigProblem[], options?: ErrorOptions) {
    super(problems.map((p) => `${file}${at(p)}: ${p.message} (${p.code})`).join('\n'), options)
    this.file = file
    this.problems = problems
    // Never thrown with an empty list; the fallback satisfies the type.
    this.code = problems[0]?.code ?? 'config_syntax'
  }
}

/** A file that could not be read has no lines. */
const at = ({ code, line }: ConfigProblem): string => (code === 'config_unreadable' ? '' : `:${line}`)
