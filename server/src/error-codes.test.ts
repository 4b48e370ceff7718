/**
 * Every error code is named by a test: a code that no test reaches is a promise nobody kept.
 *
 * Codes are read from the unions in each room's `error.ts`; tests are test files, browser and system tests, the tour,
 * and data that they run through. A table that lists all codes does not count.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const SOURCE = import.meta.dirname
const SERVER = path.dirname(SOURCE)
/** Rooms whose codes are not all reached yet. A room leaves this list for good. */
const UNFINISHED: readonly string[] = [
  'authorization',
  'boundary',
  'disclosure',
  'gateway',
  'ledger',
  'proof',
]

const files = readdirSync(SERVER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
  .map((name) => path.join(SERVER, name))
const said = files
  .filter((file) => /\.test\.ts$|\/(e2e|tour|testing)\//.test(file) && file !== import.meta.filename)
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n')
const words = new Set(said.match(/[a-z]+(?:_[a-z0-9]+)+/g))

const rooms = readdirSync(SOURCE).filter((room) => existsSync(path.join(SOURCE, room, 'error.ts')))

test('the unions are found', () => {
  assert.ok(rooms.length > 10)
  assert.ok(codesOf('http').includes('http_host_refused'))
})

for (const room of rooms) {
  if (UNFINISHED.includes(room)) continue
  test(`${room}: every code is named by a test`, () => assert.deepEqual(unnamed(room), []))
}

function unnamed(room: string): string[] {
  return codesOf(room).filter((code) => !words.has(code))
}

function codesOf(room: string): string[] {
  const text = readFileSync(path.join(SOURCE, room, 'error.ts'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  const unions = text.matchAll(/^export type \w+ =((?:\s*\|?\s*(?:'[a-z0-9_]+'|\w+)(?:\s*\/\/.*)?)+)/gm)
  return [...unions].flatMap(([, members = '']) =>
    [...members.matchAll(/'([a-z0-9_]+)'/g)].map(([, code = '']) => code),
  )
}
