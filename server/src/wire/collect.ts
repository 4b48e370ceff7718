/**
 * Turns the typed things inside a request into segments, in reading order, by the type tables.
 *
 * Spec: docs/spec/wire.md §4–5. INVARIANT: every string in the body either becomes part of a segment, or is a
 * structural value no longer than an id, or is an opaque or media value kept as a digest, or the request is refused.
 */
import { hash } from 'node:crypto'
import { WireError } from './error.ts'
import { itemRole, itemType, lookUp, roleOfPart, toolType } from './item-type.ts'
import {
  arrayAt,
  clip,
  escapePointer,
  isStructural,
  mentionsSchema,
  objectAt,
  STRUCTURAL_TEXT_MAX,
  stringAt,
  typeError,
} from './json-at.ts'
import { type MediaSink, readMedia, readSource } from './media.ts'
import type { Dialect, JsonObject, JsonValue, Segment, SegmentKind, SegmentRole } from './request.ts'
import { type DialectTypes, NESTED_TOOL, PREDICTION, TYPE_TABLES, type TypeSpec } from './type-tables.ts'

/** Most segments one request may hold. */
const SEGMENTS_MAX = 20_000

/** What a content part of a thing of this kind is, when the part itself is plain text. */
const INHERITED: ReadonlySet<SegmentKind> = new Set(['tool_result', 'reasoning'])

export class Collector implements MediaSink {
  readonly segments: Segment[] = []
  readonly opaqueDigests: string[] = []
  private readonly dialect: Dialect
  private readonly types: DialectTypes

  constructor(dialect: Dialect) {
    this.dialect = dialect
    this.types = TYPE_TABLES[dialect]
  }

  text(role: SegmentRole, kind: SegmentKind, text: string, path: string): void {
    if (text === '') return
    this.push({ role, kind, text, path })
  }

  /** A value no table knows: read as text whatever it is. */
  unlisted(role: SegmentRole, value: JsonValue, path: string): void {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (name.length > STRUCTURAL_TEXT_MAX) this.text(role, 'unlisted', name, path)
    if (value === null || typeof value === 'boolean' || typeof value === 'number') return
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (text !== '[]' && text !== '{}') this.text(role, 'unlisted', text, path)
  }

  /** A structural value: read only when it is too big to be one. */
  structural(role: SegmentRole, value: JsonValue, path: string): void {
    if (!isStructural(value)) this.unlisted(role, value, path)
  }

  /** A settings object (`text`, `response_format`): read when it carries a schema or long text. */
  setting(value: JsonValue, path: string): void {
    if (isStructural(value) && !mentionsSchema(value)) return
    this.text('system', 'text', JSON.stringify(value), path)
  }

  /** Chat `prediction`: what the answer is expected to say. */
  prediction(value: JsonValue, path: string): void {
    this.typed(objectAt(value, path), PREDICTION, 'assistant', path, 'text')
  }

  /** Responses `input[]`, Chat and Anthropic `messages[]`. */
  items(value: JsonValue, path: string): void {
    const list = arrayAt(value, path)
    for (let i = 0; i < list.length; i++) {
      const at = `${path}/${i}`
      const item = objectAt(list[i] as JsonValue, at)
      const type = itemType(this.dialect, item, at)
      const spec = lookUp(this.types.items, type, at, 'input item')
      const role = itemRole(item, type, at)
      // Chat carries a tool's result in a message of role `tool`.
      this.typed(item, spec, role, at, role === 'tool' && type === 'message' ? 'tool_result' : spec.kind)
    }
  }

  /** A list of tool declarations. */
  tools(value: JsonValue, path: string): void {
    arrayAt(value, path).forEach((tool, i) => {
      this.tool(tool, `${path}/${i}`)
    })
  }

  /** A string or a list of content parts. */
  parts(value: JsonValue, role: SegmentRole, path: string, kind: SegmentKind): void {
    if (value === null) return
    if (typeof value === 'string') {
      this.text(role, kind, value, path)
      return
    }
    if (!Array.isArray(value)) throw typeError(path, 'a string or a list of content parts')
    for (let i = 0; i < value.length; i++) {
      const at = `${path}/${i}`
      const part = value[i] as JsonValue
      if (typeof part === 'string') {
        this.text(role, kind, part, at)
        continue
      }
      const object = objectAt(part, at)
      const spec = lookUp(this.types.parts, stringAt(object.type ?? null, `${at}/type`), at, 'content part')
      const inherit = INHERITED.has(kind) && spec.kind === 'text' ? kind : spec.kind
      this.typed(object, spec, roleOfPart(role, inherit), at, inherit)
    }
  }

  private tool(value: JsonValue, path: string): void {
    const tool = objectAt(value, path)
    const spec = lookUp(this.types.tools, toolType(this.dialect, tool, path), path, 'tool')
    this.typed(tool, spec, 'system', path, 'tool_declaration')
  }

  private typed(
    object: JsonObject,
    spec: TypeSpec,
    role: SegmentRole,
    path: string,
    kind: SegmentKind,
  ): void {
    this.checkDemand(object, spec, path)
    if (spec.join.length > 0) {
      const joined: string[] = []
      for (const member of spec.join) {
        const value = object[member]
        if (value !== undefined && value !== null)
          joined.push(typeof value === 'string' ? value : JSON.stringify(value))
      }
      const joinKind = kind === 'unreadable' ? 'text' : kind
      this.text(role, joinKind, joined.join('\n'), spec.join.length === 1 ? `${path}/${spec.join[0]}` : path)
    }
    for (const member of Object.keys(object)) {
      // INVARIANT: `member` comes from Object.keys.
      const value = object[member] as JsonValue
      if (value === null) continue
      this.member(spec.members.get(member), value, role, `${path}/${escapePointer(member)}`, member, kind)
    }
  }

  private member(
    use: ReturnType<TypeSpec['members']['get']>,
    value: JsonValue,
    role: SegmentRole,
    path: string,
    member: string,
    kind: SegmentKind,
  ): void {
    switch (use) {
      case 'join':
        return
      case 'parts':
        this.parts(value, role, path, member.startsWith('reasoning') ? 'reasoning' : kind)
        return
      case 'tools':
        this.tools(value, path)
        return
      case 'declaration':
        this.typed(objectAt(value, path), NESTED_TOOL, 'system', path, 'tool_declaration')
        return
      case 'addition':
        this.toolAddition(value, path)
        return
      case 'calls':
        this.chatCalls(value, path)
        return
      case 'opaque':
        this.opaque(role, value, path)
        return
      case 'media':
        readMedia(this, role, value, path)
        return
      case 'source':
        readSource(this, role, value, path)
        return
      case 'skip':
        this.structural(role, value, path)
        return
      case 'refuse':
        throw new WireError(
          'wire_item_refused',
          `\`${member}\` refers to content kept at the vendor; send the content itself`,
          path,
        )
      case undefined:
        this.unlisted(role, value, path)
    }
  }

  /** Chat `tool_calls` (a list) and the older `function_call` (one object). */
  private chatCalls(value: JsonValue, path: string): void {
    const list = Array.isArray(value) ? value : [value]
    for (let i = 0; i < list.length; i++) {
      const at = Array.isArray(value) ? `${path}/${i}` : path
      const call = objectAt(list[i] as JsonValue, at)
      const body = call.function ?? call.custom ?? call
      const inner = objectAt(body, at)
      const text = [inner.name, inner.arguments ?? inner.input]
      const joined = text.filter((part) => part !== undefined && part !== null)
      this.text(
        'assistant',
        'tool_call',
        joined.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join('\n'),
        at,
      )
      this.rest(inner, CALL_MEMBERS, at)
      if (inner !== call) this.rest(call, CALL_MEMBERS, at)
    }
  }

  /** Anthropic tool changes: a reference by name, or a whole declaration that must pass as any other tool. */
  private toolAddition(value: JsonValue, path: string): void {
    const change = objectAt(value, path)
    const type = stringAt(change.type ?? null, `${path}/type`)
    if (type === 'tool_reference') this.unlisted('system', change, path)
    else if (type === 'tool_definition') this.tool(change.definition ?? null, `${path}/definition`)
    else throw new WireError('wire_item_refused', `a tool change of type \`${clip(type)}\` is refused`, path)
  }

  private rest(object: JsonObject, known: ReadonlySet<string>, path: string): void {
    for (const member of Object.keys(object)) {
      // INVARIANT: `member` comes from Object.keys.
      const value = object[member] as JsonValue
      const at = `${path}/${escapePointer(member)}`
      if (!known.has(member)) this.unlisted('assistant', value, at)
      else if (member === 'id' || member === 'type') this.structural('assistant', value, at)
    }
  }

  /** Encrypted by the vendor: passes as a digest, which the gateway compares with what it released. */
  private opaque(role: SegmentRole, value: JsonValue, path: string): void {
    const blob = stringAt(value, path)
    if (blob === '') return
    const sha256 = hash('sha256', blob, 'hex')
    this.opaqueDigests.push(sha256)
    this.push({ role, kind: 'unreadable', text: '', path, sha256, unreadable: 'encrypted' })
  }

  private checkDemand(object: JsonObject, spec: TypeSpec, path: string): void {
    if (spec.demand === null) return
    const { member, type } = spec.demand
    const value = object[member]
    const found =
      value !== null && typeof value === 'object' && !Array.isArray(value) ? value.type : undefined
    if (found !== type) {
      throw new WireError(
        'wire_item_refused',
        `\`${member}.type\` must be \`${type}\`: what runs at the vendor cannot be read here`,
        `${path}/${member}`,
      )
    }
  }

  push(segment: Segment): void {
    if (this.segments.length >= SEGMENTS_MAX) {
      throw new WireError('wire_items_too_many', `the request holds more than ${SEGMENTS_MAX} pieces of text`)
    }
    this.segments.push(segment)
  }
}

const CALL_MEMBERS: ReadonlySet<string> = new Set([
  'id',
  'type',
  'function',
  'custom',
  'name',
  'arguments',
  'input',
])
