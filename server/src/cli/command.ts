/** Commands as data: what a command takes, what it is for, and what it does. */
import type { LoadedConfig, WitnessConfig } from '../config/index.ts'

/** What the composition root hands in: the environment, the streams, and how to run the server. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where relative paths on the command line start. */
  readonly cwd: string
  /** The installation: default files are below it. */
  readonly root: string
  /** Answers: what a script reads. */
  readonly out: (text: string) => void
  /** Everything said to a person. */
  readonly err: (text: string) => void
  readonly nowMs: () => number
  readonly fetch: typeof fetch
  /** Asks a person at a terminal; absent where nobody sits. */
  readonly ask?: (question: string) => Promise<string>
  /** Runs the server until it is told to stop; resolves to the exit code. */
  readonly serve: (loaded: LoadedConfig) => Promise<number>
  /** Rebuilds the projections of a stopped server; resolves to the exit code. Absent where commands are run from a program. */
  readonly rebuild?: (loaded: LoadedConfig, withoutKeys: boolean) => Promise<number>
  /** Runs a witness until it is told to stop; resolves to the exit code. Absent where commands are run from a program. */
  readonly witness?: (config: WitnessConfig) => Promise<number>
}

export interface OptionSpec {
  /** Placeholder of the value; absent for a flag. */
  readonly value?: string
  readonly doc: string
  readonly required?: boolean
  readonly multiple?: boolean
}

export interface Command {
  /** As typed: `token`, `statement sign`. */
  readonly name: string
  readonly summary: string
  /** Placeholders of positional arguments, all required. */
  readonly operands: readonly string[]
  readonly options: Readonly<Record<string, OptionSpec>>
  readonly examples: readonly string[]
  /** Further paragraphs of the help text. */
  readonly notes?: string
  run(args: Arguments, context: CliContext): Promise<number>
}

/** Parsed arguments; what is required is there. */
export interface Arguments {
  readonly operands: readonly string[]
  /** A positional argument that the command declares. @throws {CliError} `cli_usage` */
  operand(at: number): string
  value(name: string): string | undefined
  /** The value of an option that is `required`. @throws {CliError} `cli_usage` */
  required(name: string): string
  values(name: string): readonly string[]
  flag(name: string): boolean
}
