/** Public surface of the mcp room: the protocol of tools, spoken from both sides. */
export { MCP_ERROR_CODES, McpError, type McpErrorCode } from './error.ts'
export { connectHttp, type HttpServer } from './http-client.ts'
export {
  formatMessage,
  isObject,
  type Json,
  type JsonObject,
  type Message,
  PROTOCOL_VERSIONS,
  parseMessage,
} from './message.ts'
export { Peer, type PeerOptions } from './peer.ts'
export { answerMessage, type ServerIdentity, type ToolAnswer, type ToolHost } from './server.ts'
export { connectStdio, type StdioServer } from './stdio-client.ts'
export {
  type ContentPart,
  readTool,
  readToolResult,
  type ToolDescription,
  type ToolResult,
  toolDigest,
} from './tool.ts'
