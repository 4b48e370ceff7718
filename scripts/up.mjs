/**
 * The `up` verb: starts the server with the sample programme, runs the tour on it, and stays up.
 *
 * With `--exit` it ends after the tour, with the tour's exit code. Log lines are added to `.sekisho/up.log`, so that the
 * tour can be read; what is a warning or worse, or no log line at all, is shown as well.
 */
import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { SERVER_ENV, SERVER_FLAGS } from './server-node.mjs'

/** Where the server listens when no configuration says otherwise. */
const DEFAULT_PORTS = [8787, 8788, 8789]
const OPTIONS = ['--exit', '--json', '--config', '--no-tour']

export async function runUp(context, words) {
  const options = parse(words)
  // So that `npx sekisho-verify` works on what the tour leaves behind.
  await context.build()
  const anyPort = options.config === null && !(await areFree(DEFAULT_PORTS))
  if (anyPort) console.log(`one of the ports ${DEFAULT_PORTS.join(', ')} is taken: using free ones`)
  console.log('starting: ledger, PostgreSQL, sample programme …')
  const server = startServer(context, options, anyPort)
  const stop = () => server.child.kill('SIGTERM')
  // Ctrl-C reaches the server by itself, which then ends in good order; we wait for it.
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, stop)
  const ready = await Promise.race([server.ready, server.exited.then(() => null)])
  if (ready === null) return (await server.exited) || 1
  let code = 0
  if (!options.noTour) {
    const json =
      options.json === null
        ? []
        : ['--json', path.resolve(process.env.INIT_CWD ?? context.root, options.json)]
    code = await context.node(['server/tour/main.ts', '--server', ready, ...json])
  }
  if (options.exit) {
    stop()
    const ended = await server.exited
    return code === 0 ? ended : code
  }
  for (const line of nextSteps(context.root, ready, options.config)) console.log(line)
  console.log('\nup; Ctrl-C ends it')
  return server.exited
}

/** What can be pasted now: a token, a request, and a check of the ledger by its public key. */
function nextSteps(root, announcementFile, config) {
  const { admin, console: pages, gateway, ledger } = JSON.parse(readFileSync(announcementFile, 'utf8'))
  const here = (file) => path.relative(root, file) || '.'
  const keys = path.join(path.dirname(announcementFile), 'sample-keys')
  // The command finds this server by itself only where nothing was configured.
  const moved = config !== null || admin !== `http://127.0.0.1:${DEFAULT_PORTS[1]}`
  const prefix = moved ? `SEKISHO_ADMIN=${admin} ` : ''
  return [
    '',
    `gateway       ${gateway}`,
    `console       ${pages}`,
    `sample keys   ${here(keys)}`,
    `verifier key  ${ledger.verifierKey}`,
    '',
    'a token:',
    `  export SEKISHO_TOKEN=$(${prefix}npm run --silent sekisho -- token --key ${here(path.join(keys, 'mufg-analyst.json'))})`,
    'a request:',
    `  curl -s ${gateway}/v1/responses -H "authorization: Bearer $SEKISHO_TOKEN" -H 'content-type: application/json' \\`,
    `    -d '{"model":"rehearsal/1","input":"Triage these alerts: 40 failed SSH logins from one address."}'`,
    'check the ledger:',
    `  npx sekisho-verify ledger ${here(ledger.publicDir)} --key '${ledger.verifierKey}'`,
  ]
}

function startServer({ nodePath, env, root }, options, anyPort) {
  const config =
    options.config === null ? [] : ['--config', path.resolve(process.env.INIT_CWD ?? root, options.config)]
  const argv = [
    ...SERVER_FLAGS,
    '--conditions=sekisho-source',
    'server/src/main.ts',
    'serve',
    '--sample',
    ...config,
    ...(anyPort ? ['--any-port'] : []),
  ]
  const child = spawn(nodePath, argv, {
    cwd: root,
    env: { ...SERVER_ENV, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  keepLog(child.stderr, path.join(root, '.sekisho'))
  const exited = new Promise((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143))),
  )
  const ready = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      console.log(line)
      // The server's last line of its start names the file that says where everything is.
      const match = /^ready: (.+)$/.exec(line)
      if (match !== null) resolve(match[1])
    })
  })
  return { child, exited, ready }
}

async function areFree(ports) {
  const isFree = (port) =>
    new Promise((resolve) => {
      const probe = createServer()
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
    })
  return (await Promise.all(ports.map(isFree))).every(Boolean)
}

/** Only ever added to: a server that is up already writes here too, and it keeps its log when a second start is refused. */
function keepLog(stream, directory) {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = createWriteStream(path.join(directory, 'up.log'), { mode: 0o600, flags: 'a' })
  file.write(
    `${JSON.stringify({ level: 'info', time: new Date().toISOString(), event: 'up', pid: process.pid })}\n`,
  )
  createInterface({ input: stream }).on('line', (line) => {
    file.write(`${line}\n`)
    if (!/^\{"level":"(?:trace|debug|info)"/.test(line)) console.error(line)
  })
}

function parse(words) {
  const options = { exit: false, noTour: false, json: null, config: null }
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === '--exit') options.exit = true
    else if (word === '--no-tour') options.noTour = true
    else if ((word === '--json' || word === '--config') && words[i + 1] !== undefined)
      options[word.slice(2)] = words[++i]
    else throw new Error(`unknown or incomplete option \`${word}\`; known: ${OPTIONS.join(' ')}`)
  }
  return options
}
