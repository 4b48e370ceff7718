/** `tools …`: what tool servers offer, and the statement that approves a description. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { silentLogger, systemClock, VERSION } from '../base/index.ts'
import { type CataloguedTool, openCatalogue, parseToolsFile } from '../operations/index.ts'
import type { Arguments, CliContext, Command } from './command.ts'
import { CliError, EXIT } from './error.ts'
import { columns, plain } from './show.ts'

const TOOLS = { tools: { value: 'FILE', doc: 'the tools file', required: true } } as const

export const toolsCommands: readonly Command[] = [
  {
    name: 'tools list',
    summary: 'start the tool servers of a file and list what they offer, with the digest of each description',
    operands: [],
    options: TOOLS,
    examples: ['sekisho tools list --tools tools.yaml'],
    notes: 'Offered but not declared is not served. Exits with 1 when a declared tool is not there.',
    async run(args, context) {
      return withTools(args, context, (tools, undeclared) => {
        const rows = tools.map(
          ({ declaration: { served, effect, autonomy, capability }, digest, reached }) => [
            served,
            effect,
            autonomy,
            capability,
            digest ?? (reached ? 'not offered by its server' : 'server cannot be used'),
          ],
        )
        context.out(columns([['tool', 'effect', 'level', 'capability', 'description'], ...rows]))
        for (const name of undeclared) context.err(`${name} is offered and not declared: it is not served`)
        return tools.every(({ digest }) => digest !== null) ? EXIT.ok : EXIT.failed
      })
    },
  },
  {
    name: 'tools statement',
    summary: 'print the statement that approves a tool’s description, after showing the description',
    operands: ['TOOL'],
    options: { ...TOOLS, institution: { value: 'ID', doc: 'institution that approves', required: true } },
    examples: [
      'sekisho tools statement logs.search --tools tools.yaml --institution mufg > body.json',
      'sekisho statement sign body.json --key LEAD.json --key PLATFORM.json > signed.json && sekisho statement submit signed.json',
    ],
    notes:
      'Read what is shown: it is what steers the model. Two people sign: an operations lead or approver, and somebody of the platform team.',
    async run(args, context) {
      const name = args.operands[0] as string // required by the command line
      return withTools(args, context, (tools) => {
        const tool = tools.find(({ declaration }) => declaration.served === name)
        if (tool?.description == null || tool.digest === null) {
          throw new CliError(
            'cli_file',
            `\`${name}\` is not declared, or its server does not offer it: see \`sekisho tools list\``,
          )
        }
        context.err(JSON.stringify(tool.description, null, 2))
        context.out(
          JSON.stringify({
            type: 'tool.approve',
            institution: args.value('institution'),
            tool: name,
            description: tool.digest,
          }),
        )
        return EXIT.ok
      })
    },
  },
]

async function withTools(
  args: Arguments,
  context: CliContext,
  show: (tools: readonly CataloguedTool[], undeclared: readonly string[]) => number,
): Promise<number> {
  const file = path.resolve(context.cwd, args.value('tools') as string) // required by the command line
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new CliError('cli_file', `cannot read \`${file}\`: ${(cause as Error).message}`, { cause })
  }
  const catalogue = openCatalogue({
    servers: parseToolsFile(text, file),
    version: VERSION,
    clock: systemClock,
    log: silentLogger,
    failed: (server, why) => context.err(`\`${server}\` cannot be used: ${plain(why).slice(0, 400)}`),
  })
  try {
    return show(await catalogue.tools(), catalogue.undeclared())
  } finally {
    await catalogue.close()
  }
}
