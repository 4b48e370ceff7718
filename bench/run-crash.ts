/**
 * Runs that are killed: `kill -9` at every point of a run, taken up again from the ledger, and looked at.
 *
 * The child starts a run over a ledger on disk, with a tool that leaves a line in a file each time it is really executed, and
 * kills itself at the point it was told. The parent opens the same ledger, resumes, and where a call's outcome is not known
 * finds out as a person would: by looking into the file. Repeated: a line that stands twice. Lost: a line, or the finding,
 * that is not there in the end.
 */
import { spawn } from 'node:child_process'
import { appendFileSync, chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { signTokenRequest } from '../server/src/access/index.ts'
import { loadModels } from '../server/src/agreement/index.ts'
import { type Authority, openProgramme } from '../server/src/authority/index.ts'
import { findAgreement, PROGRAMME, person, sampleAgreement } from '../server/src/authority/testing.ts'
import { createDecider } from '../server/src/authorization/index.ts'
import { silentLogger, systemClock } from '../server/src/base/index.ts'
import { closeAmbiguous } from '../server/src/gateway/index.ts'
import { SIGNING_KEY } from '../server/src/ledger/fixture.ts'
import { openFileKeyRing, openLedger } from '../server/src/ledger/index.ts'
import { type ToolDescription, toolDigest } from '../server/src/mcp/index.ts'
import type { BuiltinServer, ServerDeclaration } from '../server/src/operations/index.ts'
import { isOver, openRunDesk, type RunDesk } from '../server/src/runs/index.ts'
import { callerOf, lastResult, reportOf, sampleRule, scripted } from '../server/src/runs/testing.ts'
import { foundSample, openSampleKeys } from '../server/src/sample/index.ts'

const CHILD = fileURLToPath(import.meta.url)
const EVENTS = fileURLToPath(new URL('../vectors/sigma/events.jsonl', import.meta.url))
const MODELS = fileURLToPath(new URL('../server/models.yaml', import.meta.url))
const EFFECTS = 3
const ACTOR = 'mufg-analyst'

const description: ToolDescription = {
  name: 'note',
  title: null,
  description: 'Leaves a line.',
  inputSchema: { type: 'object' },
  outputSchema: null,
}
/** Not one of the reading tools over sealed inputs: its calls are never made anew without a person's word. */
const SERVER: ServerDeclaration = {
  kind: 'builtin',
  id: 'desk',
  timeoutMs: 10_000,
  tools: [
    {
      server: 'desk',
      name: 'note',
      served: 'desk.note',
      effect: 'read',
      side: 'defensive',
      capability: 'log_analysis',
      autonomy: 'A1',
      targets: [],
      commands: [],
      digest: toolDigest(description),
    },
  ],
}

/** Called at every point at which a kill may come. */
type At = () => void

interface Opened {
  readonly desk: RunDesk
  readonly caller: ReturnType<typeof callerOf>
  readonly token: string
  close(): Promise<void>
}

async function open(dir: string, at: At): Promise<Opened> {
  const ledger = await openLedger({
    dir: join(dir, 'ledger'),
    origin: 'ledger.example/run',
    signingKey: SIGNING_KEY,
    clock: systemClock,
    checkpointIntervalMs: 3_600_000,
    kek: openFileKeyRing(join(dir, 'keyring')),
    onFatal: (error) => {
      throw error
    },
  })
  await closeAmbiguous(ledger, () => null)
  const programme = await openProgramme({
    programme: PROGRAMME,
    ledger,
    agreements: findAgreement,
    clock: systemClock,
    database: null,
  })
  await foundSample(programme, {
    programme: PROGRAMME,
    dataDir: dir,
    agreement: sampleAgreement(),
    clock: systemClock,
  })
  const request = { programme: PROGRAMME, actor: ACTOR, issued_at_ms: Date.now(), ttl_s: 3_600 }
  const key = openSampleKeys(dir, PROGRAMME, false).of(person(ACTOR))
  const { token } = await programme.mintToken(signTokenRequest(request, key))
  const decider = createDecider(sampleAgreement())
  const desk = openRunDesk({
    authority: watched(programme.authority, at),
    ledger,
    models: loadModels(readFileSync(MODELS, 'utf8'), 'models.yaml'),
    deciderFor: () => decider,
    model: planOf(at),
    clock: systemClock,
    log: silentLogger,
    dir: join(dir, 'runs'),
    servers: [SERVER],
    builtins: new Map([['desk', toolServer(dir, at)]]),
  })
  return {
    desk,
    caller: callerOf({ programme } as never, token),
    token,
    async close() {
      await desk.close()
      await programme.close()
      await ledger.close()
    },
  }
}

function watched(authority: Authority, at: At): Authority {
  return new Proxy(authority, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name !== 'append') return value.bind(target)
      return async (...args: Parameters<Authority['append']>) => {
        at()
        const appended = await target.append(...args)
        at()
        return appended
      }
    },
  })
}

function planOf(at: At) {
  return scripted((ask, turn) => {
    at()
    if (turn === 0) return { calls: [['sigma.match', {}]] }
    if (turn === 1) return { calls: [['desk.note', { n: 1 }]] }
    if (turn === 2)
      return {
        calls: [
          ['desk.note', { n: 2 }],
          ['desk.note', { n: 3 }],
        ],
      }
    const matched = ask.messages.find(({ role }) => role === 'tool')
    return { answer: matched === undefined ? '{}' : reportOf(lastResult({ ...ask, messages: [matched] })) }
  })
}

function toolServer(dir: string, at: At): BuiltinServer {
  return {
    listTools: async () => [description],
    async callTool(_, args) {
      at()
      appendFileSync(join(dir, 'effects'), `${String(args.n)}\n`)
      at()
      return { isError: false, content: [{ type: 'text', text: 'noted' }], structured: null }
    },
    close: async () => {},
  }
}

async function startIn({ desk, caller, token }: Opened): Promise<string> {
  const put = async (bytes: Buffer): Promise<string> =>
    (await desk.putInput(caller, Readable.from([bytes]))).sha256
  const inputs = {
    log: await put(readFileSync(EVENTS)),
    rules: await put(Buffer.from(JSON.stringify({ files: sampleRule() }))),
  }
  const options = { tools: ['desk.note'] }
  return (await desk.start(caller, { operation: 'triage', inputs, token, options })).run
}

function effectsOf(dir: string): string[] {
  const file = join(dir, 'effects')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
}

/** Looks until nobody drives it any more. */
async function idle(desk: RunDesk, caller: Opened['caller'], id: string) {
  for (;;) {
    const shown = await desk.show(caller, id)
    if (!shown.summary.driven) return shown
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export interface RunTrial {
  /** Whether the run was over before the point came. */
  readonly beyond: boolean
  /** The kill came before the run's first entry was durable: there is no run. */
  readonly unstarted: boolean
  readonly repeated: number
  readonly lost: number
  /** Times a person had to say what became of a call. */
  readonly asked: number
  readonly state: string
}

/** A founded programme to start from, so that a trial does not found one. */
export async function prepareRunTrials(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'sekisho-run-crash-'))
  await (await open(dir, () => {})).close()
  return dir
}

/** One run, killed at point `killAt` (from 1), taken up again in this process. */
export async function runTrial(template: string, killAt: number): Promise<RunTrial> {
  const dir = mkdtempSync(join(tmpdir(), 'sekisho-run-crash-'))
  try {
    cpSync(template, dir, { recursive: true })
    // Copying a directory forgets its mode.
    for (const name of ['sample-keys', 'runs']) chmodSync(join(dir, name), 0o700)
    const beyond = await runChild(dir, killAt)
    rmSync(join(dir, 'ledger', 'lock'), { force: true })
    const opened = await open(dir, () => {})
    try {
      return { beyond, ...(await takeUp(dir, opened)) }
    } finally {
      await opened.close()
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function takeUp(dir: string, { desk, caller, token }: Opened): Promise<Omit<RunTrial, 'beyond'>> {
  const [summary] = await desk.list(caller)
  if (summary === undefined) return { unstarted: true, repeated: 0, lost: 0, asked: 0, state: 'none' }
  const id = summary.run
  let asked = 0
  for (let turn = 0; turn < 10; turn += 1) {
    const { summary: now, run } = await idle(desk, caller, id)
    if (isOver(now.state)) break
    const { stuck } = run
    const unknown = now.state === 'ambiguous' && stuck?.tool === 'desk.note'
    if (unknown) asked += 1
    const happened = effectsOf(dir).includes(String(stuck?.call?.args.n))
    await desk.resume(caller, id, { token, ...(unknown ? { choice: happened ? 'skip' : 'repeat' } : {}) })
  }
  const { summary: end } = await idle(desk, caller, id)
  const effects = effectsOf(dir)
  const missing = Array.from({ length: EFFECTS }, (_, i) => String(i + 1)).filter((n) => !effects.includes(n))
  const lost = missing.length + (end.state === 'done' && end.findings === 1 ? 0 : 1)
  return { unstarted: false, repeated: effects.length - new Set(effects).size, lost, asked, state: end.state }
}

/** Resolves to whether the run ended before its point. */
function runChild(dir: string, killAt: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const argv = [
      '--conditions=sekisho-source',
      '--disable-warning=ExperimentalWarning',
      CHILD,
      dir,
      String(killAt),
    ]
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'] })
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(false)
      else if (code === 0) resolve(true)
      else reject(new Error(`the run ended with ${code}: ${errors.slice(-2_000)}`))
    })
  })
}

async function child(dir: string, killAt: number): Promise<void> {
  let point = 0
  let armed = false
  const opened = await open(dir, () => {
    if (!armed) return
    point += 1
    if (point === killAt) process.kill(process.pid, 'SIGKILL')
  })
  armed = true
  const id = await startIn(opened)
  await idle(opened.desk, opened.caller, id)
  armed = false
  await opened.close()
}

if (import.meta.main) await child(process.argv[2] ?? '', Number(process.argv[3] ?? 0))
