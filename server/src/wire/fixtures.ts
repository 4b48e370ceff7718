/**
 * Request bodies in the shapes that real clients send, shortened. Test support only.
 *
 * Provenance: shapes observed from openai 7.57, codex 0.169 (`exec`), @anthropic-ai/sdk 1.12 and claude-code; the
 * texts are ours.
 */
import type { Dialect, JsonObject } from './request.ts'

const schema: JsonObject = {
  type: 'object',
  properties: { cmd: { type: 'string', description: 'Command to run.' } },
  required: ['cmd'],
  additionalProperties: false,
}

/** An agent turn as Codex sends it. */
export const CODEX: JsonObject = {
  model: 'gpt-test',
  stream: true,
  input: [
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'You are an agent.' }] },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: '認証ログを確認してください' }] },
    {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'Thinking.' }],
      encrypted_content: 'gAAAAB',
    },
    {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'call_1',
      name: 'exec_command',
      arguments: '{"cmd":"ls"}',
      status: 'completed',
    },
    { type: 'function_call_output', call_id: 'call_1', output: 'auth.log' },
    { type: 'custom_tool_call', call_id: 'call_2', name: 'apply_patch', input: '*** Begin Patch' },
    { type: 'custom_tool_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: 'Done' }] },
    {
      type: 'local_shell_call',
      id: 'ls_1',
      call_id: 'call_3',
      status: 'completed',
      action: { type: 'exec', command: ['ls'] },
    },
    { role: 'assistant', content: [{ type: 'output_text', text: 'Looking.', annotations: [] }] },
  ],
  tools: [
    {
      type: 'function',
      name: 'exec_command',
      description: 'Runs a command.',
      strict: false,
      parameters: schema,
    },
    {
      type: 'custom',
      name: 'apply_patch',
      description: 'Edits files.',
      format: { type: 'grammar', syntax: 'lark', definition: 'start: "a"' },
    },
    {
      type: 'namespace',
      name: 'mcp_db',
      description: 'Database.',
      tools: [
        { type: 'function', name: 'query', description: 'Runs SQL.', strict: false, parameters: schema },
      ],
    },
    { type: 'tool_search', description: 'Finds tools.', execution: 'client', parameters: schema },
    { type: 'local_shell' },
  ],
  tool_choice: 'auto',
  parallel_tool_calls: true,
  reasoning: { summary: 'auto' },
  store: false,
  include: ['reasoning.encrypted_content'],
  prompt_cache_key: '0199-thread',
  client_metadata: { 'x-codex-turn-metadata': '{"workspaces":{"/w":{"remote":"https://git.example/r"}}}' },
  text: { verbosity: 'low' },
}

/** A turn through Chat Completions with tools. */
export const CHAT: JsonObject = {
  model: 'gpt-test',
  messages: [
    { role: 'developer', content: 'You review patches.' },
    { role: 'user', content: [{ type: 'text', text: 'Please review.' }], name: 'analyst' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'read_file', arguments: '{"path":"a.c"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'int main(void);' },
    { role: 'assistant', content: 'It is fine.', refusal: null, reasoning_content: 'Short.' },
  ],
  tools: [
    { type: 'function', function: { name: 'read_file', description: 'Reads a file.', parameters: schema } },
  ],
  response_format: { type: 'json_schema', json_schema: { name: 'review', schema } },
  prediction: { type: 'content', content: 'It is' },
  stop: ['END'],
  max_completion_tokens: 100,
  n: 2,
  stream: true,
  stream_options: { include_usage: true },
  user: 'alice@example.com',
  metadata: { ticket: 'T-1' },
}

/** A turn as Claude Code sends it. */
export const CLAUDE_CODE: JsonObject = {
  model: 'claude-test',
  max_tokens: 32000,
  system: [
    { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.330; cch=a1b2c;' },
    { type: 'text', text: 'You are a coding agent.', cache_control: { type: 'ephemeral' } },
  ],
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'ログを見てください' }] },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'I will list.', signature: 'EqQBCg' },
        { type: 'redacted_thinking', data: 'EmwKAh' },
        { type: 'text', text: 'Listing.' },
        { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'ls' } },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 'toolu_1',
          content: [{ type: 'text', text: 'auth.log' }],
          is_error: false,
        },
        {
          type: 'document',
          title: 'notes',
          source: { type: 'text', media_type: 'text/plain', data: 'A note.' },
        },
        { type: 'search_result', title: 'hit', source: 'kb-1', content: [{ type: 'text', text: 'Found.' }] },
      ],
    },
  ],
  tools: [
    { name: 'Bash', description: 'Runs a command.', input_schema: schema },
    { type: 'bash_20250124', name: 'bash' },
    { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool' },
  ],
  metadata: { user_id: '{"device_id":"d","account_uuid":"","session_id":"s"}' },
  thinking: { type: 'adaptive' },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  output_config: { effort: 'medium' },
  stream: true,
}

export const FIXTURES: readonly {
  readonly name: string
  readonly dialect: Dialect
  readonly json: JsonObject
}[] = [
  { name: 'codex', dialect: 'responses', json: CODEX },
  { name: 'chat', dialect: 'chat', json: CHAT },
  { name: 'claude-code', dialect: 'messages', json: CLAUDE_CODE },
]
