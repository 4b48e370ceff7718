/** Errors of the mcp room: what a tool server did that a caller cannot use. */

export const MCP_ERROR_CODES = [
  'mcp_message_malformed',
  'mcp_message_too_large',
  'mcp_server_unavailable',
  'mcp_server_timeout',
  'mcp_server_error',
  'mcp_server_version',
  'mcp_tools_too_many',
  'mcp_closed',
  'mcp_not_sent',
] as const
export type McpErrorCode = (typeof MCP_ERROR_CODES)[number]

export class McpError extends Error {
  override readonly name = 'McpError'
  readonly code: McpErrorCode

  constructor(code: McpErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
