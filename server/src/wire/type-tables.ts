/**
 * What happens to each typed thing inside a request: input items, content parts, tools.
 *
 * Spec: docs/spec/wire.md §4 (printed there). A type that is not listed is refused: unknown means no. A member that
 * is not listed inside a listed type is read as text.
 *
 * Threat: a hosted tool or a reference by id or URL makes the vendor fetch or run what was never read here.
 */
import type { Dialect, SegmentKind } from './request.ts'

/**
 * - `join`: joined, in the order of `TypeSpec.join`, into the thing's own segment;
 * - `parts`: a string or a list of content parts;
 * - `tools`: a list of tool declarations;
 * - `declaration`: one tool declaration nested under its type's name (Chat);
 * - `addition`: an Anthropic tool change;
 * - `calls`: Chat `tool_calls`;
 * - `opaque`: encrypted by the vendor, kept as a digest;
 * - `media`: inline bytes, kept as a digest; anything remote is refused;
 * - `source`: an Anthropic `source` object;
 * - `skip`: structural; a value longer than an id is read all the same;
 * - `refuse`: escapes reading, only `null` passes.
 */
export type MemberUse =
  | 'join'
  | 'parts'
  | 'tools'
  | 'declaration'
  | 'addition'
  | 'calls'
  | 'opaque'
  | 'media'
  | 'source'
  | 'skip'
  | 'refuse'

export interface TypeSpec {
  readonly rule: 'read' | 'refuse'
  readonly kind: SegmentKind
  readonly join: readonly string[]
  readonly members: ReadonlyMap<string, MemberUse>
  /** Member that must have this value (`environment.type` of a shell tool), else the thing is refused. */
  readonly demand: { readonly member: string; readonly type: string } | null
}

export type TypeTable = ReadonlyMap<string, TypeSpec>

function spec(kind: SegmentKind, members: Partial<Record<MemberUse, readonly string[]>>): TypeSpec {
  const map = new Map<string, MemberUse>([['type', 'skip']])
  for (const use of Object.keys(members) as MemberUse[]) {
    for (const member of members[use] ?? []) map.set(member, use)
  }
  return { rule: 'read', kind, join: members.join ?? [], members: map, demand: null }
}

function demand(base: TypeSpec, member: string, type: string): TypeSpec {
  return { ...base, demand: { member, type } }
}

const REFUSED: TypeSpec = { rule: 'refuse', kind: 'unreadable', join: [], members: new Map(), demand: null }

function refused(...names: string[]): [string, TypeSpec][] {
  return names.map((name) => [name, REFUSED])
}

const IDS = ['id', 'call_id', 'status', 'async', 'caller', 'phase'] as const

/** Responses `input[]` by `type`; an item with a `role` and no type is a `message`. */
const RESPONSES_ITEMS: TypeTable = new Map([
  ['message', spec('text', { parts: ['content'], skip: [...IDS, 'role'] })],
  ['function_call', spec('tool_call', { join: ['namespace', 'name', 'arguments'], skip: IDS })],
  ['function_call_output', spec('tool_result', { parts: ['output'], skip: [...IDS, 'name', 'namespace'] })],
  ['custom_tool_call', spec('tool_call', { join: ['namespace', 'name', 'input'], skip: IDS })],
  [
    'custom_tool_call_output',
    spec('tool_result', { parts: ['output'], skip: [...IDS, 'name', 'namespace'] }),
  ],
  ['local_shell_call', spec('tool_call', { join: ['action'], skip: IDS })],
  ['local_shell_call_output', spec('tool_result', { parts: ['output'], skip: IDS })],
  [
    'shell_call',
    demand(spec('tool_call', { join: ['action'], skip: [...IDS, 'environment'] }), 'environment', 'local'),
  ],
  ['shell_call_output', spec('tool_result', { join: ['output'], skip: [...IDS, 'max_output_length'] })],
  ['apply_patch_call', spec('tool_call', { join: ['operation'], skip: IDS })],
  ['apply_patch_call_output', spec('tool_result', { parts: ['output'], skip: IDS })],
  ['tool_search_call', spec('tool_call', { join: ['arguments'], skip: [...IDS, 'execution'] })],
  ['tool_search_output', spec('tool_result', { tools: ['tools'], skip: [...IDS, 'execution'] })],
  ['additional_tools', spec('tool_declaration', { tools: ['tools'], skip: ['id', 'role'] })],
  [
    'reasoning',
    spec('reasoning', { parts: ['summary', 'content'], opaque: ['encrypted_content'], skip: IDS }),
  ],
  ['compaction', spec('unreadable', { opaque: ['encrypted_content'], skip: IDS })],
  ['compaction_trigger', spec('unlisted', { skip: ['id'] })],
  ['configuration_update', spec('unlisted', { skip: ['id', 'reasoning'], join: ['text'] })],
  ...refused(
    'item_reference',
    'file_search_call',
    'web_search_call',
    'computer_call',
    'computer_call_output',
  ),
  ...refused('image_generation_call', 'code_interpreter_call', 'program', 'program_output'),
  ...refused('mcp_call', 'mcp_list_tools', 'mcp_approval_request', 'mcp_approval_response'),
])

const CACHE = ['cache_control', 'prompt_cache_breakpoint'] as const

const RESPONSES_PARTS: TypeTable = new Map([
  ['input_text', spec('text', { join: ['text'], skip: CACHE })],
  ['output_text', spec('text', { join: ['text'], skip: ['logprobs'] })],
  ['text', spec('text', { join: ['text'], skip: CACHE })],
  ['refusal', spec('text', { join: ['refusal'] })],
  ['summary_text', spec('reasoning', { join: ['text'] })],
  ['reasoning_text', spec('reasoning', { join: ['text'] })],
  [
    'input_image',
    spec('unreadable', { media: ['image_url'], refuse: ['file_id'], skip: ['detail', ...CACHE] }),
  ],
  [
    'input_file',
    spec('unreadable', {
      media: ['file_data'],
      refuse: ['file_id', 'file_url'],
      join: ['filename'],
      skip: ['detail', ...CACHE],
    }),
  ],
  ['input_audio', spec('unreadable', { media: ['input_audio'] })],
])

const CALLERS = ['allowed_callers', 'async', 'defer_loading', 'strict', 'eager_input_streaming'] as const

const FUNCTION_TOOL = spec('tool_declaration', {
  join: ['name', 'description', 'parameters', 'output_schema'],
  skip: CALLERS,
})
const CUSTOM_TOOL = spec('tool_declaration', { join: ['name', 'description', 'format'], skip: CALLERS })

/** What stands under `function` or `custom` in a Chat tool. */
export const NESTED_TOOL = spec('tool_declaration', {
  join: ['name', 'description', 'parameters', 'format'],
  skip: CALLERS,
})

const RESPONSES_TOOLS: TypeTable = new Map([
  ['function', FUNCTION_TOOL],
  ['custom', CUSTOM_TOOL],
  ['namespace', spec('tool_declaration', { join: ['name', 'description'], tools: ['tools'] })],
  ['tool_search', spec('tool_declaration', { join: ['description', 'parameters'], skip: ['execution'] })],
  ['local_shell', spec('tool_declaration', {})],
  ['apply_patch', spec('tool_declaration', { skip: CALLERS })],
  ['shell', demand(spec('tool_declaration', { skip: [...CALLERS, 'environment'] }), 'environment', 'local')],
  ...refused('web_search', 'web_search_2025_08_26', 'web_search_preview', 'web_search_preview_2025_03_11'),
  ...refused('file_search', 'code_interpreter', 'computer', 'computer_use', 'computer_use_preview', 'mcp'),
  ...refused('image_generation', 'programmatic_tool_calling'),
])

/** Chat `messages[]`: one spec, by role; `reasoning_content` and `reasoning` come from open-weights servers. */
const CHAT_ITEMS: TypeTable = new Map([
  [
    'message',
    spec('text', {
      parts: ['content', 'refusal', 'reasoning_content', 'reasoning'],
      calls: ['tool_calls', 'function_call'],
      skip: ['role', 'name', 'tool_call_id', 'annotations'],
      refuse: ['audio'],
    }),
  ],
])

export const PREDICTION = spec('text', { parts: ['content'] })

const CHAT_PARTS: TypeTable = new Map([
  ['text', spec('text', { join: ['text'], skip: CACHE })],
  ['refusal', spec('text', { join: ['refusal'] })],
  ['image_url', spec('unreadable', { media: ['image_url'] })],
  ['input_audio', spec('unreadable', { media: ['input_audio'] })],
  ['file', spec('unreadable', { media: ['file'] })],
])

/** Chat tools nest their declaration under the type's name. */
const CHAT_TOOLS: TypeTable = new Map([
  ['function', spec('tool_declaration', { declaration: ['function'] })],
  ['custom', spec('tool_declaration', { declaration: ['custom'] })],
])

const MESSAGES_ITEMS: TypeTable = new Map([
  ['message', spec('text', { parts: ['content'], skip: ['role', 'id'] })],
])

const MESSAGES_PARTS: TypeTable = new Map([
  ['text', spec('text', { join: ['text'], skip: CACHE })],
  ['thinking', spec('reasoning', { join: ['thinking'], opaque: ['signature'] })],
  ['redacted_thinking', spec('unreadable', { opaque: ['data'] })],
  [
    'tool_use',
    spec('tool_call', { join: ['toolset_name', 'name', 'input'], skip: ['id', 'caller', ...CACHE] }),
  ],
  [
    'tool_result',
    spec('tool_result', { parts: ['content'], skip: ['tool_use_id', 'is_error', 'toolset_name', ...CACHE] }),
  ],
  ['tool_reference', spec('text', { join: ['tool_name'], skip: CACHE })],
  ['image', spec('unreadable', { source: ['source'], skip: ['transformations', ...CACHE] })],
  [
    'document',
    spec('text', { join: ['title', 'context'], source: ['source'], skip: ['citations', ...CACHE] }),
  ],
  [
    'search_result',
    spec('text', { join: ['title', 'source'], parts: ['content'], skip: ['citations', ...CACHE] }),
  ],
  [
    'compaction',
    spec('text', { join: ['content'], opaque: ['encrypted_content', 'signature'], skip: CACHE }),
  ],
  ['tool_addition', spec('tool_declaration', { addition: ['tool'], skip: CACHE })],
  ['tool_removal', spec('tool_declaration', { addition: ['tool'], skip: CACHE })],
  ...refused('server_tool_use', 'web_search_tool_result', 'web_fetch_tool_result', 'advisor_tool_result'),
  ...refused('code_execution_tool_result', 'bash_code_execution_tool_result', 'tool_search_tool_result'),
  ...refused('text_editor_code_execution_tool_result', 'mcp_tool_use', 'mcp_tool_result', 'mcp_tool_listing'),
  ...refused('container_upload', 'fallback', 'browser_state'),
])

const CLIENT_TOOL = spec('tool_declaration', {
  join: ['name', 'description', 'input_schema', 'input_examples'],
  skip: [...CALLERS, 'max_characters', ...CACHE],
})

/** Anthropic tools by `type` without its date (`bash_20250124` → `bash`); no type means `custom`. */
const MESSAGES_TOOLS: TypeTable = new Map([
  ['custom', CLIENT_TOOL],
  ['bash', CLIENT_TOOL],
  ['text_editor', CLIENT_TOOL],
  ['memory', CLIENT_TOOL],
  ...refused('web_search', 'web_fetch', 'code_execution', 'advisor', 'mcp_toolset', 'computer'),
  ...refused('computer_toolset', 'browser_toolset', 'tool_search_tool_bm25', 'tool_search_tool_regex'),
])

export interface DialectTypes {
  readonly items: TypeTable
  readonly parts: TypeTable
  readonly tools: TypeTable
}

/** Typed things per dialect. */
export const TYPE_TABLES: Readonly<Record<Dialect, DialectTypes>> = {
  responses: { items: RESPONSES_ITEMS, parts: RESPONSES_PARTS, tools: RESPONSES_TOOLS },
  chat: { items: CHAT_ITEMS, parts: CHAT_PARTS, tools: CHAT_TOOLS },
  messages: { items: MESSAGES_ITEMS, parts: MESSAGES_PARTS, tools: MESSAGES_TOOLS },
}
