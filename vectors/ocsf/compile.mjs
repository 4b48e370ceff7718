/**
 * Compiles OCSF's class 2004, Detection Finding, with every object it can hold, into one file that a test validates with.
 *
 * node vectors/ocsf/compile.mjs CHECKOUT > vectors/ocsf/detection-finding.json
 * CHECKOUT is github.com/ocsf/ocsf-schema at the release named in README.md (Apache-2.0). No profile is applied.
 */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const root = process.argv[2]
const read = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'))
const dictionary = read('dictionary.json')
const named = new Map(
  ['events', 'objects'].flatMap((folder) =>
    globSync(`${folder}/**/*.json`, { cwd: root }).map((file) => {
      const value = read(file)
      return [`${folder}/${value.name ?? value.extends}`, value]
    }),
  ),
)

/** Own attributes over inherited ones; what a profile would add is left out. */
function attributesOf(kind, name) {
  const own = named.get(`${kind}/${name}`)
  if (own === undefined) return {}
  const inherited = own.extends === undefined ? {} : attributesOf(kind, own.extends)
  const merged = { ...inherited }
  for (const [key, value] of Object.entries(own.attributes ?? {})) {
    if (key !== '$include') merged[key] = { ...merged[key], ...value }
  }
  return merged
}

function constraintsOf(kind, name) {
  const own = named.get(`${kind}/${name}`)
  if (own === undefined) return {}
  return own.constraints ?? (own.extends === undefined ? {} : constraintsOf(kind, own.extends))
}

const objects = {}
function compile(kind, name) {
  const attributes = Object.fromEntries(
    Object.entries(attributesOf(kind, name)).map(([key, own]) => {
      const shared = dictionary.attributes[key] ?? {}
      const type = shared.type ?? 'string_t'
      const object = shared.object_type ?? (named.has(`objects/${type}`) ? type : undefined)
      const values = { ...shared.enum, ...own.enum }
      return [
        key,
        {
          type: object === undefined ? (dictionary.types.attributes[type]?.type ?? type) : 'object',
          ...(object === undefined ? {} : { object }),
          ...(shared.is_array ? { array: true } : {}),
          ...(own.requirement === 'required' ? { required: true } : {}),
          ...(Object.keys(values).length > 0 && !type.startsWith('string') ? { values: Object.keys(values).map(Number) } : {}),
        },
      ]
    }),
  )
  return { attributes, ...constraintsOf(kind, name) }
}
const root_ = compile('events', 'detection_finding')
const open = Object.values(root_.attributes).flatMap(({ object }) => object ?? [])
while (open.length > 0) {
  const name = open.pop()
  if (name in objects) continue
  objects[name] = compile('objects', name)
  open.push(...Object.values(objects[name].attributes).flatMap(({ object }) => object ?? []))
}
process.stdout.write(`${JSON.stringify({ version: read('version.json').version, class: root_, objects })}\n`)
