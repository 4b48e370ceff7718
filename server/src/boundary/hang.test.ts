/**
 * No text hangs the reader: every function that expressions run in gets a megabyte made to hurt, in a worker.
 *
 * The cap only detects hangs: honest work is some tenths of a second, a quadratic expression takes minutes.
 */
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'

const CHARS = 1_000_000
const HANG_MS = 3_000
const UNITS: readonly string[] = [
  ...[
    '\n',
    '\r',
    '\r\n',
    '\u2028',
    '\u2029',
    ' ',
    '\u3000',
    'a',
    'AAAA',
    'a@',
    '=',
    '"',
    "'",
    '"""a',
    '`' + '``',
  ],
  ...['CVE-2024-', '-----BEGIN PRIVATE KEY-----', '<', '<log ', '%25', 'QUJDRA==', 'QUJDRA== ', '1', '1.'],
  ...[
    '192.0.2.',
    '::',
    'a.',
    '-- ',
    'on a wrote:\n',
    'r a n ',
    'Write a. ',
    '- ',
    'dot ',
    '1 . ',
    'ignore all ',
    'send without asking the user ',
    '担当者に伝えず',
    '攻',
    'を。',
  ],
]
const FUNCTIONS = [
  'readText',
  'readOrders',
  'findTargets',
  'secretSpans',
  'leakageSpans',
  'scanText',
  'steers',
]

const SOURCE = `
const { parentPort, workerData } = require('node:worker_threads')
Promise.all([import(workerData.boundary), import(workerData.guard)]).then(([boundary, guard]) => {
  const read = (role, text) => boundary.createReader().read({ segments: [{ role, kind: 'text', text, path: '' }] })
  const all = { ...boundary, ...guard, readOrders: (text) => read('system', text) }
  parentPort.on('message', ({ name, unit }) => {
    all[name](unit.repeat(workerData.chars / unit.length))
    parentPort.postMessage('done')
  })
  parentPort.postMessage('ready')
})`

test('a megabyte of anything is read in bounded time', async () => {
  const worker = new Worker(SOURCE, {
    eval: true,
    workerData: {
      boundary: new URL('./index.ts', import.meta.url).href,
      guard: new URL('../guard/index.ts', import.meta.url).href,
      chars: CHARS,
    },
  })
  try {
    await answered(worker, 30_000, 'the worker')
    for (const unit of UNITS) {
      for (const name of FUNCTIONS) {
        worker.postMessage({ name, unit })
        await answered(worker, HANG_MS, `${name} on ${JSON.stringify(unit)}`)
      }
    }
  } finally {
    await worker.terminate()
  }
})

function answered(worker: Worker, withinMs: number, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error?: Error): void => {
      clearTimeout(timer)
      worker.off('error', end)
      worker.off('message', done)
      if (error === undefined) resolve()
      else reject(error)
    }
    const done = (): void => end()
    const timer = setTimeout(() => end(new Error(`${what} hangs`)), withinMs)
    worker.on('error', end)
    worker.on('message', done)
  })
}
