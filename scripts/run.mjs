/**
 * What `npm run …` runs: finds Node 24, installs what is missing, then hands over.
 *
 * Plain JavaScript for Node 20, because it is what starts everything else. Install scripts of packages are
 * never needed: the repository brings Node 24 and PostgreSQL as packages without one.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChild } from './child.mjs'
import { ensureInstalled } from './install.mjs'
import { findNode } from './node24.mjs'
import { SERVER_ENV, SERVER_FLAGS } from './server-node.mjs'
import { runTests } from './tests.mjs'
import { runUp } from './up.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

const VERBS = {
  up: { what: 'start everything, run the tour, stay up (-- --exit, --json FILE, --config FILE)', run: runUp },
  cli: { what: 'the `sekisho` command', run: program('server/src/main.ts') },
  tour: {
    what: 'run the tour against a server that is up (-- --json FILE); `-- governance` and `-- operations` start their own',
    run: (context, [first, ...others]) =>
      first === 'governance' || first === 'operations'
        ? program(`server/tour/${first}.ts`)(context, others)
        : program('server/tour/main.ts')(context, first === undefined ? [] : [first, ...others]),
  },
  test: { what: 'types, style and every test', run: runTests },
  typecheck: { what: 'check types', run: bin('tsc', ['-p', 'tsconfig.json']) },
  lint: { what: 'check style (-- --write to mend it)', run: bin('biome', ['check', '.']) },
  bench: {
    what: 'measure (-- gateway|ledger|crash|decide|prove|operations|…)',
    run: program('bench/run.ts'),
  },
  build: {
    what: 'build sekisho-verify for Node 20 and browsers',
    run: bin('tsc', ['-p', 'verify/tsconfig.build.json']),
  },
}

const FLAGS = ['--conditions=sekisho-source', '--disable-warning=ExperimentalWarning']

/** Runs a TypeScript program of the repository on Node 24. */
function program(file) {
  return (context, words) => {
    if (existsSync(path.join(root, file))) return context.node([file, ...words])
    console.error(`this checkout has no \`${file}\``)
    return 1
  }
}

/** Runs a tool from node_modules/.bin. */
function bin(name, fixed) {
  return (context, words) =>
    runChild(path.join(root, 'node_modules/.bin', name), [...fixed, ...words], {
      cwd: root,
      env: context.env,
    })
}

const [verb = '', ...words] = process.argv.slice(2)
const chosen = Object.hasOwn(VERBS, verb) ? VERBS[verb] : null
if (chosen === null) {
  const lines = Object.entries(VERBS).map(([name, { what }]) => `  ${name.padEnd(10)} ${what}`)
  console.error(['usage: node scripts/run.mjs VERB [arguments]', ...lines].join('\n'))
  process.exitCode = 2
} else {
  try {
    await ensureInstalled(root)
    const nodePath = findNode(root)
    // Children, and theirs, find this Node first.
    const serves = verb === 'cli' && words[0] === 'serve'
    const env = {
      ...(serves ? SERVER_ENV : {}),
      ...process.env,
      PATH: `${path.dirname(nodePath)}${path.delimiter}${process.env.PATH ?? ''}`,
    }
    const node = (argv, options = {}) =>
      runChild(nodePath, [...(serves ? SERVER_FLAGS : []), ...FLAGS, ...argv], {
        cwd: root,
        env,
        ...options,
      })
    // The command is run where the user stands, so that paths on it mean what they say.
    const cwd = verb === 'cli' ? (process.env.INIT_CWD ?? root) : root
    const entry =
      verb === 'cli' ? (argv) => node([path.join(root, argv[0]), ...argv.slice(1)], { cwd }) : node
    const context = { root, nodePath, env, node: entry, build: () => VERBS.build.run({ env }, []) }
    process.exitCode = await chosen.run(context, words)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
