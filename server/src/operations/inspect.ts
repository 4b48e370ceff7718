/**
 * What a tool's result carries: secrets and personal data, and words that try to steer the model that reads it.
 *
 * HOSTILE: a result may have been written by whoever is being investigated. It is flagged, not believed and not followed;
 * what the model then asks for is decided like everything else. Spec: docs/spec/tool.md §6.
 */
import { leaksIn } from '../boundary/index.ts'
import type { ToolResult } from '../mcp/index.ts'

const TEXT_CHARS_MAX = 4 * 1024 * 1024

export interface Inspection {
  /** Kinds of secrets and personal data found, sorted. */
  readonly leakage: readonly string[]
  /** Whether the result speaks to a model. */
  readonly injection: boolean
}

export function inspectResult(result: ToolResult): Inspection {
  const texts = result.content.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  const structured = result.structured === null ? [] : [JSON.stringify(result.structured)]
  const whole = [...texts, ...structured].join('\n').slice(0, TEXT_CHARS_MAX)
  return {
    leakage: [...new Set(leaksIn(whole).map(({ type }) => type))].sort(),
    injection: STEERING.some((pattern) => pattern.test(whole)),
  }
}

/** Phrases that address a model rather than a reader. A flag, not a wall: the decision on the next call is the wall. */
const STEERING: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|prior|above|earlier|all|your)\b.{0,40}\b(?:instructions?|prompts?|rules?|guidelines?)\b/i,
  /\b(?:system|developer)\s*(?:prompt|message)\s*[:：]/i,
  /<\/?(?:system|assistant|tool_result|instructions?)>/i,
  /\byou (?:are|must) now\b.{0,60}\b(?:assistant|agent|mode|call|run|execute|send)\b/i,
  /\b(?:call|invoke|use|run)\s+the\s+[\w.-]{1,60}\s+tool\b/i,
  /\bdo not (?:tell|inform|mention|reveal)\b.{0,40}\b(?:user|operator|analyst|human)\b/i,
  /(?:これまで|以前|上記|前)の(?:指示|命令|プロンプト|ルール).{0,12}(?:無視|忘れ|破棄)/,
  /(?:システム|開発者)(?:プロンプト|メッセージ)\s*[:：]/,
  /(?:ユーザー?|利用者|担当者|オペレーター)に(?:は)?(?:知らせ|伝え|言わ|報告し)(?:ず|ない)/,
]
