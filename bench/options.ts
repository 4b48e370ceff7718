/**
 * Command-line options of the benches: `--name value`, `--flag`, nothing else.
 *
 * Spec: docs/reference/bench.md. An unknown option stops the run, because a misspelt option would
 * silently measure something other than what was asked.
 */

export interface BenchOptions {
  /** True for a run of less than a minute: one short round, fewer combinations. */
  readonly quick: boolean
  readonly trials: number | null
  readonly rounds: number | null
  readonly seconds: number | null
  /** Records of facts to compare. */
  readonly records: number | null
  /** Rows to measure; null means all. */
  readonly rows: readonly string[] | null
  /** A checkout of SigmaHQ/sigma with its `regression_data`; null means the shipped events. */
  readonly events: string | null
  /** Writers, connections or statements, as the bench defines it; null means its own default. */
  readonly only: string | null
}

/**
 * Reads the options that follow the bench's name.
 *
 * @throws {Error} with the list of options when one is unknown or its value is not a positive number
 */
export function parseOptions(words: readonly string[]): BenchOptions {
  const options = {
    quick: false,
    trials: null,
    rounds: null,
    seconds: null,
    records: null,
    rows: null,
    events: null,
    only: null,
  } as {
    -readonly [K in keyof BenchOptions]: BenchOptions[K]
  }
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]
    if (word === '--quick') options.quick = true
    else if (word === '--trials') options.trials = positive(word, words[++at])
    else if (word === '--rounds') options.rounds = positive(word, words[++at])
    else if (word === '--seconds') options.seconds = positive(word, words[++at])
    else if (word === '--records') options.records = positive(word, words[++at])
    else if (word === '--rows') options.rows = (words[++at] ?? '').split(',')
    else if (word === '--events') options.events = words[++at] ?? null
    else if (word === '--only') options.only = words[++at] ?? null
    else
      throw new Error(
        `unknown option \`${word}\`; known: --quick --trials N --rounds N --seconds N --records N --rows A,B --only X --events DIR`,
      )
  }
  return options
}

function positive(name: string, text: string | undefined): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0)
    throw new Error(`\`${name}\` wants a positive number, got \`${text}\``)
  return value
}
