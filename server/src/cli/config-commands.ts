/** `serve` and `config …`: the commands that read the configuration file. */
import path from 'node:path'
import {
  type Config,
  defaultConfig,
  describeConfig,
  explainConfig,
  type LoadedConfig,
  loadConfigFile,
} from '../config/index.ts'
import type { Arguments, CliContext, Command, OptionSpec } from './command.ts'
import { EXIT, usageError } from './error.ts'

const FILE: Readonly<Record<string, OptionSpec>> = {
  config: { value: 'FILE', doc: 'configuration file; without one every setting has its default' },
}

export const serveCommand: Command = {
  name: 'serve',
  summary: 'run the server until SIGTERM or Ctrl-C',
  operands: [],
  options: {
    ...FILE,
    sample: { doc: 'found the sample programme on an empty ledger (the same as `programme.sample: true`)' },
    'any-port': { doc: 'listen on free ports instead of the configured ones; `server.json` says which' },
  },
  examples: ['sekisho serve --config /etc/sekisho/sekisho.yaml', 'sekisho serve --sample'],
  notes: 'Logs go to standard error as JSON lines. The last line of a good start is `ready: FILE`.',
  async run(args, context) {
    const loaded = load(args, context)
    return context.serve({ ...loaded, config: withFlags(loaded.config, args) })
  },
}

export const rebuildCommand: Command = {
  name: 'rebuild',
  summary:
    'make snapshot and database anew from the ledger, and say what differed; the server must be stopped',
  operands: [],
  options: {
    ...FILE,
    'without-keys': {
      doc: 'go on although keys of older months are not held here: rows of their entries are then gone',
    },
  },
  examples: ['sekisho rebuild --config /etc/sekisho/sekisho.yaml'],
  notes:
    'Exits with 1 when rows differed from what the ledger makes: somebody changed them, and now they are right again.',
  async run(args, context) {
    if (context.rebuild === undefined) throw usageError('not from here')
    return context.rebuild(load(args, context), args.flag('without-keys'))
  },
}

export const configCommands: readonly Command[] = [
  {
    name: 'config check',
    summary: 'say whether a configuration file is good, and if not, every line that is not',
    operands: [],
    options: FILE,
    examples: ['sekisho config check --config sekisho.yaml'],
    async run(args, context) {
      const loaded = load(args, context)
      context.out(`${loaded.file ?? 'defaults'}: good, ${loaded.settings.length} settings`)
      return EXIT.ok
    },
  },
  {
    name: 'config explain',
    summary: 'print every effective setting with where it came from, secrets masked',
    operands: [],
    options: FILE,
    examples: ['sekisho config explain --config sekisho.yaml'],
    async run(args, context) {
      context.out(explainConfig(load(args, context).settings))
      return EXIT.ok
    },
  },
  {
    name: 'config reference',
    summary: 'print the table of all settings, as docs/spec/config.md has it',
    operands: [],
    options: {},
    examples: ['sekisho config reference'],
    async run(_args, context) {
      context.out(describeConfig())
      return EXIT.ok
    },
  },
]

function withFlags(config: Config, args: Arguments): Config {
  const { gateway, admin, console } = config.listen
  const anyPort = {
    gateway: { ...gateway, port: 0 },
    admin: { ...admin, port: 0 },
    console: { ...console, port: 0 },
  }
  return {
    ...config,
    programme: args.flag('sample') ? { ...config.programme, sample: true } : config.programme,
    listen: args.flag('any-port') ? { ...config.listen, ...anyPort } : config.listen,
  }
}

/** @throws {ConfigError} */
function load(args: Arguments, context: CliContext): LoadedConfig {
  const options = { root: context.root, env: context.env }
  const file = args.value('config')
  return file === undefined
    ? defaultConfig(options)
    : loadConfigFile(path.resolve(context.cwd, file), options)
}
