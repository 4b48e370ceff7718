/**
 * A tool call read by its structure: what it does is declared, what it acts on stands in its arguments.
 *
 * HOSTILE: arguments are written by a model that may have been steered. A target that cannot be established is not in
 * scope: an argument that is missing, of the wrong type, not a name or address, or a command line with anything in it that
 * a shell would interpret. Spec: docs/spec/tool.md §4.
 */
import { findTargets, leaksIn, type Reading, steers, type Target, UNRESOLVED } from '../boundary/index.ts'
import type { Json, JsonObject } from '../mcp/index.ts'
import type { ToolDeclaration } from './tools-file.ts'

export const CALL_READER = 'tool/1'
const TARGETS_MAX = 2_000

export function readCall(tool: ToolDeclaration, args: JsonObject): Reading {
  const named = [
    ...tool.targets.flatMap((pointer) => declaredTargets(at(args, pointer), pointer)),
    ...tool.commands.flatMap((pointer) => commandTargets(at(args, pointer), pointer)),
    // What acts may be led elsewhere by any argument, declared or not.
    ...(tool.effect === 'read' ? [] : mentionedTargets(args)),
  ]
  const said = texts(args)
  return {
    capability: tool.capability,
    side: tool.side,
    confidencePermille: 1_000,
    targets: bounded(distinct(named)),
    spans: [],
    reader: CALL_READER,
    // Whatever is restored for the client (docs/spec/leakage.md §4.3) goes no further than to the institution's own servers.
    leakage: tool.inside !== true && said.some((text) => leaksIn(text).length > 0) ? 'present' : 'none',
    injection: said.some((text) => steers(text)) ? 'suspected' : 'none',
  }
}

/** RFC 6901. */
function at(args: JsonObject, pointer: string): Json | undefined {
  let value: Json | undefined = args
  for (const step of pointer.slice(1).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.hasOwn(value, name) ? (value as Readonly<Record<string, Json>>)[name] : undefined
  }
  return value
}

/** A backslash, what is not seen, a user before the host: programs differ in where such an address leads. */
const READ_DIFFERENTLY = /\\|\p{C}|^\s*https?:[^?#]*@/iu

function declaredTargets(value: Json | undefined, pointer: string): Target[] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((one) => declaredTargets(one, pointer))
  if (typeof value !== 'string') return [unresolved(pointer)]
  if (READ_DIFFERENTLY.test(value)) return [unresolved(value)]
  const found = findTargets(value)
  const [only] = found
  // The whole argument is the target; one that merely contains one says more than was understood.
  const whole = only !== undefined && found.length === 1 && only.raw.length === value.trim().length
  return whole ? [target(only)] : [unresolved(value)]
}

const SHELL_CHARACTERS = /[|&;<>$`(){}[\]*?~!#"'\\\n\r\0%^=]/

function commandTargets(value: Json | undefined, pointer: string): Target[] {
  const words = Array.isArray(value) ? value : typeof value === 'string' ? value.split(/[ \t]+/) : null
  if (words === null || words.length === 0 || words.some((word) => typeof word !== 'string'))
    return [unresolved(pointer)]
  const line = words.join(' ')
  if (SHELL_CHARACTERS.test(line)) return [unresolved(line)]
  // Each was just told to be a text.
  return [...findTargets(line).map(target), ...(words as readonly string[]).flatMap(hostLike)]
}

/** `root@db`, `db:/srv`, `127.1`, `10。0。0。5`: places to whoever runs the line, though nothing that can be compared. */
const HOST_LIKE = /@|^[^:/]+:|^\d+(?:\.\d+){1,2}$|。/

function hostLike(word: string): Target[] {
  if (!HOST_LIKE.test(word.normalize('NFKC')) || findTargets(word).length > 0) return []
  // A mail address to a reader, an account at a host to a program.
  const behind = findTargets(word.slice(word.lastIndexOf('@') + 1))
  return behind.length > 0 ? behind.map(target) : [unresolved(word)]
}

function mentionedTargets(args: JsonObject): Target[] {
  return texts(args).flatMap((text) => findTargets(text).map(target))
}

/** Every text of the arguments, names of members as well; JSON within a text is looked into. */
function texts(value: Json, depth = 0): string[] {
  if (typeof value === 'string') return [value, ...inner(value, depth)]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, one]) => [
    ...(Array.isArray(value) ? [] : [name]),
    ...texts(one as Json, depth),
  ])
}

function inner(text: string, depth: number): string[] {
  if (depth >= 3 || !/^\s*[[{]/.test(text)) return []
  try {
    return texts(JSON.parse(text) as Json, depth + 1)
  } catch {
    return []
  }
}

function target({ kind, value, raw, homograph }: ReturnType<typeof findTargets>[number]): Target {
  return homograph ? unresolved(raw) : { kind, value, raw, segment: 0 }
}

/** A name that no asset can have: never in scope. */
function unresolved(raw: string): Target {
  return { kind: 'url', value: UNRESOLVED, raw: raw.slice(0, 200), segment: 0 }
}

/** HOSTILE: what is one too many is not left out, or a long list would hide the last. */
function bounded(targets: Target[]): Target[] {
  return targets.length > TARGETS_MAX
    ? [...targets.slice(0, TARGETS_MAX), unresolved('more targets than are compared')]
    : targets
}

function distinct(targets: readonly Target[]): Target[] {
  return [
    ...new Map(
      targets.map((one) => [`${one.kind} ${one.value} ${one.value === UNRESOLVED ? one.raw : ''}`, one]),
    ).values(),
  ]
}
