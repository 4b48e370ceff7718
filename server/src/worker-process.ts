/** One gateway process, as the server sees it: forked, served over its channel, ended or killed, and gone once. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { type Channel, channelToChild } from './authority/index.ts'
import type { GatewayObserver, WriterDesk } from './gateway/index.ts'
import { replayObserved } from './observed-batch.ts'
import { ProgrammeError } from './programme/index.ts'
import type { SharedSocket } from './shared-socket.ts'
import { serveDesk } from './worker-desk.ts'
import { fromWorker, type WorkerOrders } from './worker-messages.ts'

/** Longest a process may take until it serves. */
const START_MS_MAX = 60_000
/** How long a process without a channel may take to end its streams. */
const ORPHAN_MS_MAX = 2_000
/** How long a process may take, over the grace, to record outcomes and end. */
const END_MS_MAX = 7_000

export interface WorkerHost {
  readonly socket: SharedSocket
  readonly orders: Omit<WorkerOrders, 'worker'>
  readonly desk: WriterDesk
  readonly observer: GatewayObserver
  /** Lets the programme serve the process. */
  attach(channel: Channel): void
}

export interface WorkerProcess {
  readonly pid: number | undefined
  readonly serving: boolean
  readonly openExchanges: number
  /** Resolves when it serves; rejects when it ended before. */
  readonly started: Promise<void>
  /** Resolves with how it ended, once all that it sent has been received. */
  readonly ended: Promise<string>
  /** Ends it in order; killed when it takes too long. */
  end(graceMs: number): Promise<void>
}

export function startWorker(worker: number, host: WorkerHost): WorkerProcess {
  const child = fork(path.join(import.meta.dirname, 'worker.ts'), {
    serialization: 'advanced',
    execArgv: process.execArgv.filter((word) => !/^--(test|inspect)/.test(word)),
  })
  const channel = channelToChild(child)
  const seen = { serving: false, openExchanges: 0 }
  const started = Promise.withResolvers<void>()
  started.promise.catch(() => undefined)
  host.attach(channel)
  serveDesk(channel, host.desk)
  channel.onMessage((raw) => {
    const message = fromWorker(raw)
    if (message?.w === 'serving') {
      seen.serving = true
      started.resolve()
    } else if (message?.w === 'ended') {
      channel.close()
    } else if (message?.w === 'observed') {
      seen.openExchanges = message.openExchanges
      replayObserved(message.events, host.observer)
    }
  })
  const late = setTimeout(() => child.kill('SIGKILL'), START_MS_MAX)
  void started.promise.finally(() => clearTimeout(late)).catch(() => undefined)
  const ended = goneOf(child).then((how) => {
    seen.serving = false
    seen.openExchanges = 0
    started.reject(
      new ProgrammeError('programme_channel_closed', `a gateway process ended before it served (${how})`),
    )
    return how
  })
  // The types know sockets and servers; a bare handle is what `node:cluster` sends.
  const handle = host.socket.handle as unknown as Parameters<ChildProcess['send']>[1]
  child.send({ w: 'serve', orders: { ...host.orders, worker } }, handle, {}, () => undefined)
  return {
    pid: child.pid,
    get serving() {
      return seen.serving
    },
    get openExchanges() {
      return seen.openExchanges
    },
    started: started.promise,
    ended,
    async end(graceMs) {
      channel.send({ w: 'end', graceMs })
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs + END_MS_MAX)
      await ended
      clearTimeout(timer)
    },
  }
}

/** A process is gone when it has exited and its channel is read to the end; one without a channel is made to exit. */
async function goneOf(child: ChildProcess): Promise<string> {
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => child.pid === undefined && resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  const closed = child.connected ? once(child, 'disconnect') : Promise.resolve()
  void closed.then(async () => {
    const timer = setTimeout(() => child.kill('SIGKILL'), ORPHAN_MS_MAX)
    await exited
    clearTimeout(timer)
  })
  const [how] = await Promise.all([exited, closed])
  return how
}
