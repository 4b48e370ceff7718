/**
 * The rooms and their direction, as ARCHITECTURE.md has them: the page and the code cannot drift apart.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const ROOT = path.resolve(import.meta.dirname, '../..')
const SOURCE = import.meta.dirname

interface Import {
  readonly file: string
  readonly specifier: string
  readonly typeOnly: boolean
}

const layers = readLayers(readFileSync(path.join(ROOT, 'ARCHITECTURE.md'), 'utf8'))
const rooms = readdirSync(SOURCE, { withFileTypes: true }).filter((entry) => entry.isDirectory())
const files = rooms.flatMap((room) => sourcesIn(path.join(SOURCE, room.name)))
const imports = files.flatMap(importsOf)

test('every room has its line in ARCHITECTURE.md', () => {
  for (const room of rooms) {
    if (sourcesIn(path.join(SOURCE, room.name)).length > 0) assert.ok(layers.has(room.name), room.name)
  }
  assert.ok(layers.size >= 10, 'the table was not found')
})

test('a room imports only rooms of strictly lower layers, and only their index', () => {
  const broken = imports.flatMap((found) => {
    const target = roomOf(found)
    const room = roomOfFile(found.file)
    if (target === null || target.room === room) return []
    const place = `${path.relative(ROOT, found.file)} imports ${found.specifier}`
    const lower = (layers.get(target.room) ?? Infinity) < (layers.get(room) ?? -1)
    // Tests stand on the test support of other rooms, whatever their layer: nothing ships from there.
    const support =
      isTest(found.file) &&
      (/^testing(\/|\.ts$)|-for-test\.ts$/.test(target.inside) || target.inside === 'index.ts')
    if (support) return []
    return lower && target.inside === 'index.ts' ? [] : [place]
  })
  assert.deepEqual(broken, [])
})

test('nothing imports the composition root, and only it reads the environment', () => {
  const root = imports.filter(({ specifier }) => /(^|\/)main\.ts$/.test(specifier))
  assert.deepEqual(root, [])
  const readers = files.filter((file) => !isTest(file) && /\bprocess\.env\b/.test(readFileSync(file, 'utf8')))
  assert.deepEqual(readers.map(relative), [])
})

test('`sekisho-verify` has no dependencies and never imports the server', () => {
  const sources = sourcesIn(path.join(ROOT, 'verify/src')).filter((file) => !isTest(file))
  const foreign = sources.flatMap(importsOf).filter(({ file, specifier }) => {
    if (specifier.startsWith('node:') || specifier.startsWith('#')) return false
    const inside = path.resolve(path.dirname(file), specifier).startsWith(path.join(ROOT, 'verify/src'))
    return !(specifier.startsWith('.') && inside)
  })
  assert.deepEqual(foreign, [])
  const manifest: unknown = JSON.parse(readFileSync(path.join(ROOT, 'verify/package.json'), 'utf8'))
  assert.ok(typeof manifest === 'object' && manifest !== null && !('dependencies' in manifest))
})

test('no file is in an import cycle', () => {
  const graph = new Map<string, string[]>()
  for (const { file, specifier, typeOnly } of imports) {
    if (typeOnly || !specifier.startsWith('.')) continue
    graph.set(file, [...(graph.get(file) ?? []), path.resolve(path.dirname(file), specifier)])
  }
  const done = new Set<string>()
  const visit = (file: string, trail: readonly string[]): void => {
    const at = trail.indexOf(file)
    assert.equal(at, -1, `cycle: ${[...trail.slice(at), file].map(relative).join(' → ')}`)
    if (done.has(file)) return
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
})

function readLayers(page: string): Map<string, number> {
  const rows = page.matchAll(/^\| ([a-z]+) \| (\d+) \|/gm)
  return new Map([...rows].map(([, room, layer]) => [room ?? '', Number(layer)]))
}

function sourcesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(directory, name))
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?'([^']+)'/gm)
  const calls = text.matchAll(/\bimport\('([^']+)'\)/g)
  return [
    ...[...statements].map(([, type, specifier = '']) => ({ file, specifier, typeOnly: type !== undefined })),
    ...[...calls].map(([, specifier = '']) => ({ file, specifier, typeOnly: false })),
  ]
}

/** The room an import leads to, and the file inside it; null for packages. */
function roomOf({ file, specifier }: Import): { room: string; inside: string } | null {
  if (!specifier.startsWith('.')) return null
  const [room = '', ...inside] = path
    .relative(SOURCE, path.resolve(path.dirname(file), specifier))
    .split(path.sep)
  return { room, inside: inside.join('/') }
}

const roomOfFile = (file: string): string => path.relative(SOURCE, file).split(path.sep)[0] ?? ''
const relative = (file: string): string => path.relative(ROOT, file)
function isTest(file: string): boolean {
  return /(\.test|-for-test)\.ts$/.test(file) || /\/testing([-/]|\.ts$)/.test(file)
}
