/**
 * Reads the configuration file strictly, and tells where every effective value came from.
 *
 * The environment arrives as an argument: `main.ts` is its only reader.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { isAlias, LineCounter, type Node, parseDocument, visit } from 'yaml'
import { formatListenAddress } from './address.ts'
import { ConfigError, type ConfigProblem } from './error.ts'
import type { Notes, Place, Reader } from './reader.ts'
import { CONFIG_SCHEMA, type Config, WITNESS_SCHEMA, type WitnessConfig } from './schema.ts'

const FILE_BYTES_MAX = 1024 * 1024
const SECRET_BYTES_MAX = 64 * 1024
const PLACEHOLDER = /^\$\{(env|file):([^}]+)\}$/

/** One effective setting. */
export interface Setting {
  readonly path: string
  /** As text; secrets are masked. */
  readonly shown: string
  /** `default`, `sekisho.yaml:12`, or `environment variable DATABASE_URL`. */
  readonly origin: string
}

/** A configuration with where each setting came from. */
export interface LoadedConfig {
  readonly config: Config
  readonly settings: readonly Setting[]
  /** Null when there is no file and every value is a default. */
  readonly file: string | null
}

/** Where paths and variables of a configuration are looked up. */
export interface LoadOptions {
  /** Name for messages, and where relative paths in the text start. */
  readonly file: string
  /** Directory in which default paths start: the installation. */
  readonly root: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Reads and checks a configuration file.
 *
 * @throws {ConfigError} with every problem found
 */
export function loadConfigFile(file: string, options: Omit<LoadOptions, 'file'>): LoadedConfig {
  return { ...loadConfig(readText(file), { ...options, file }), file }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const message = `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`
    throw new ConfigError(file, [{ code: 'config_unreadable', path: '', line: 1, message }], { cause })
  }
}

/** Every setting at its default. */
export function defaultConfig(options: Omit<LoadOptions, 'file'>): LoadedConfig {
  return loadConfig('', { ...options, file: path.join(options.root, 'sekisho.yaml') })
}

/** @throws {ConfigError} */
export function loadConfig(text: string, options: LoadOptions): LoadedConfig {
  const settings: Setting[] = []
  const problems: ConfigProblem[] = []
  const config = readYaml(CONFIG_SCHEMA, text, options, problems, settings)
  const final = applyEnvironment(config, settings, options.env)
  if (problems.length === 0) checkWhole(final, problems)
  if (problems.length > 0) throw new ConfigError(options.file, problems)
  return { config: final, settings, file: null }
}

/** Reads the configuration file of a witness, as strictly. @throws {ConfigError} */
export function loadWitnessConfig(file: string, options: Omit<LoadOptions, 'file'>): WitnessConfig {
  const problems: ConfigProblem[] = []
  const config = readYaml(WITNESS_SCHEMA, readText(file), { ...options, file }, problems, [])
  if (problems.length > 0) throw new ConfigError(file, problems)
  return config
}

function readYaml<T>(
  schema: Reader<T>,
  text: string,
  options: LoadOptions,
  problems: ConfigProblem[],
  settings: Setting[],
): T {
  const lines = new LineCounter()
  if (Buffer.byteLength(text) > FILE_BYTES_MAX) {
    const message = `is larger than ${FILE_BYTES_MAX} bytes`
    throw new ConfigError(options.file, [{ code: 'config_too_large', path: '', line: 1, message }])
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: false,
    version: '1.2',
  })
  const lineAt = (offset: number): number => lines.linePos(offset).line
  for (const error of document.errors) {
    const code = error.code === 'DUPLICATE_KEY' ? 'config_duplicate_key' : 'config_syntax'
    problems.push({ code, path: '', line: lineAt(error.pos[0]), message: error.message })
  }
  visit(document, (_key, node) => {
    if (!isAlias(node)) return
    const message = 'aliases are not read here: write the value out'
    problems.push({ code: 'config_alias', path: '', line: lineAt(node.range?.[0] ?? 0), message })
  })
  if (problems.length > 0) throw new ConfigError(options.file, problems)
  const notes = notesOn(problems, settings, options, (node) => (node?.range ? lineAt(node.range[0]) : null))
  return schema.read({ path: '', node: document.contents as Node | null, line: 1, notes })
}

function notesOn(
  problems: ConfigProblem[],
  settings: Setting[],
  options: LoadOptions,
  lineOf: (node: Node | null) => number | null,
): Notes {
  const notes: Notes = {
    lineOf,
    problem: (place, code, message) =>
      void problems.push({ code, path: place.path, line: place.line, message }),
    value(place, shown) {
      const origin =
        place.node === null ? 'default' : `${path.basename(options.file)}:${lineOf(place.node) ?? place.line}`
      settings.push({ path: place.path, shown, origin })
    },
    resolve: (place, text) => resolvePlaceholder(place, text, notes, options),
    absolute(place, file) {
      return path.resolve(place.node === null ? options.root : path.dirname(path.resolve(options.file)), file)
    },
  }
  return notes
}

function resolvePlaceholder(
  place: Place,
  text: string,
  notes: Notes,
  options: LoadOptions,
): { text: string; from: 'literal' | 'env' | 'file' } | null {
  const match = PLACEHOLDER.exec(text)
  if (match === null) {
    if (!text.includes('${')) return { text, from: 'literal' }
    notes.problem(
      place,
      'config_wrong_type',
      `\`${place.path}\`: only a whole value can be \`\${env:NAME}\` or \`\${file:/path}\``,
    )
    return null
  }
  const name = match[2]!
  if (match[1] === 'env') {
    const value = options.env[name]
    if (value !== undefined && value !== '') return { text: value, from: 'env' }
    notes.problem(
      place,
      'config_env_missing',
      `\`${place.path}\`: environment variable \`${name}\` is not set`,
    )
    return null
  }
  try {
    const content = readFileSync(path.resolve(path.dirname(path.resolve(options.file)), name), 'utf8')
    // One line break at the end is the editor's, not the secret's.
    const value = content.replace(/\r?\n$/, '')
    if (value !== '' && Buffer.byteLength(value) <= SECRET_BYTES_MAX) return { text: value, from: 'file' }
    notes.problem(
      place,
      'config_secret_unreadable',
      `\`${place.path}\`: file \`${name}\` is empty or too large`,
    )
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    notes.problem(
      place,
      'config_secret_unreadable',
      `\`${place.path}\`: file \`${name}\` cannot be read (${reason})`,
    )
  }
  return null
}

/** The one setting that the environment overrides without being asked: where the database is. */
function applyEnvironment(config: Config, settings: Setting[], env: LoadOptions['env']): Config {
  const url = env.DATABASE_URL
  if (url === undefined || url === '') return config
  for (const [key, shown] of [
    ['database.kind', 'url'],
    ['database.url', '***'],
  ] as const) {
    const i = settings.findIndex((setting) => setting.path === key)
    const setting = { path: key, shown, origin: 'environment variable DATABASE_URL' }
    settings.splice(i < 0 ? settings.length : i, i < 0 ? 0 : 1, setting)
  }
  return { ...config, database: { ...config.database, kind: 'url', url } }
}

/** What no single reader can see. */
function checkWhole(config: Config, problems: ConfigProblem[]): void {
  const note = (at: string, message: string): void =>
    void problems.push({ code: 'config_inconsistent', path: at, line: 1, message })
  if (config.database.kind === 'url' && config.database.url === null) {
    note('database.url', '`database.kind` is `url`, so `database.url` must be given')
  }
  const ids = config.upstreams.map((upstream) => upstream.id)
  for (const id of new Set(ids.filter((value, i) => ids.indexOf(value) !== i)))
    note('upstreams', `two upstreams are called \`${id}\``)
  config.upstreams.forEach((upstream, i) => {
    if (upstream.kind === 'openai_compatible' && upstream.baseUrl === null) {
      note(
        `upstreams[${i}].baseUrl`,
        `upstream \`${upstream.id}\` is \`openai_compatible\`, so it needs a \`baseUrl\``,
      )
    }
    if ((upstream.kind === 'openai' || upstream.kind === 'anthropic') && upstream.apiKey === null) {
      note(
        `upstreams[${i}].apiKey`,
        `upstream \`${upstream.id}\` is \`${upstream.kind}\`, so it needs an \`apiKey\``,
      )
    }
  })
  const { gateway, admin, console } = config.listen
  const taken = [gateway, admin, console].filter((address) => address.port !== 0).map(formatListenAddress)
  if (new Set(taken).size !== taken.length) note('listen', 'two listeners have the same address')
}
