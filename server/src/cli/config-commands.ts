/** `serve` and `config …`: the commands that read the configuration file. */
import path from 'node:path'
import {
  defaultConfig,
  describeConfig,
  explainConfig,
  type LoadedConfig,
  loadConfigFile,
} from '../config/index.ts'
import type { Arguments, CliContext, Command, OptionSpec } from './command.ts'
import { EXIT } from './error.ts'

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
  },
  examples: ['sekisho serve --config /etc/sekisho/sekisho.yaml', 'sekisho serve --sample'],
  notes: 'Logs go to standard error as JSON lines. The last line of a good start is `ready: FILE`.',
  async run(args, context) {
    const loaded = load(args, context)
    const config = args.flag('sample')
      ? { ...loaded.config, programme: { ...loaded.config.programme, sample: true } }
      : loaded.config
    return context.serve({ ...loaded, config })
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

/** @throws {ConfigError} */
function load(args: Arguments, context: CliContext): LoadedConfig {
  const options = { root: context.root, env: context.env }
  const file = args.value('config')
  return file === undefined
    ? defaultConfig(options)
    : loadConfigFile(path.resolve(context.cwd, file), options)
}
