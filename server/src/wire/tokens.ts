/** Token estimates where no tokenizer is at hand (under construction). */
import type { WireRequest } from './request.ts'

/** Rough, deterministic, never below one token per 4 Latin or per 1 CJK character. */
export function estimateTokens(_text: string): number {
  throw new Error('under construction')
}
/** Estimated input tokens of a request: every segment. */
export function estimateInputTokens(_request: WireRequest): number {
  throw new Error('under construction')
}
