/**
 * Token estimates where no tokenizer is at hand: reserving budgets, `count_tokens`, the rehearsal model's usage.
 *
 * Spec: docs/spec/wire.md §11. The vendors' tokenizers are not published; budgets settle on the usage they report.
 */
import type { JsonObject, WireRequest } from './request.ts'

/** From here on a character is taken as a token of its own (CJK, kana, Hangul). */
const WIDE_FROM = 0x2e80
/** Answers without a look at each character where the engine keeps the text as Latin-1. */
const WIDE = /[\u2e80-\uffff]/

/** Message framing, per segment. */
const SEGMENT_TOKENS = 4

/** One token per four narrow characters (rounded up) or per wide one. */
export function estimateTokens(text: string): number {
  if (!WIDE.test(text)) return Math.ceil(text.length / 4)
  let wide = 0
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= WIDE_FROM) wide++
  return wide + Math.ceil((text.length - wide) / 4)
}

/** Estimated input tokens of a request: every segment, and its framing. Media count nothing: they cannot be read. */
export function estimateInputTokens(request: WireRequest): number {
  return request.segments.reduce((sum, segment) => sum + SEGMENT_TOKENS + estimateTokens(segment.text), 0)
}

/** The answer to Anthropic's `count_tokens`: an estimate made here. */
export function countTokensAnswer(request: WireRequest): JsonObject {
  return { input_tokens: estimateInputTokens(request) }
}
