/**
 * What an exchange may cost at most, and the patch that makes the vendor keep to it.
 *
 * A budget binds only when what was reserved is what can be used: a request that names no ceiling, or a higher one
 * than the catalogue's, is sent with the catalogue's.
 */
import type { ModelEntry } from '../agreement/index.ts'
import type { Upstream } from '../upstream/index.ts'
import { estimateInputTokens, type JsonValue, type WireRequest } from '../wire/index.ts'

/** A token is at least this many bytes of media on average: media is charged by size, since it cannot be read. */
const MEDIA_BYTES_PER_TOKEN = 4

/** Input tokens, estimated from what was read; unreadable media by its size. */
export function inputTokensAtMost(request: WireRequest): number {
  const unread = request.segments.some((segment) => segment.kind === 'unreadable')
  return estimateInputTokens(request) + (unread ? Math.ceil(request.body.length / MEDIA_BYTES_PER_TOKEN) : 0)
}

/** Output tokens over all choices. */
export function outputTokensAtMost(request: WireRequest, ceiling: number): number {
  return Math.min(request.outputTokensMax ?? ceiling, ceiling) * choices(request)
}

/** Members to set so that the vendor stops at the ceiling; none when the client already asked for less. */
export function ceilingPatch(
  request: WireRequest,
  model: Pick<ModelEntry, 'outputTokensMax'>,
  kind: Upstream['kind'],
): Record<string, JsonValue> {
  if (request.outputTokensMax !== null && request.outputTokensMax <= model.outputTokensMax) return {}
  return { [ceilingMember(request, kind)]: model.outputTokensMax }
}

function ceilingMember(request: WireRequest, kind: Upstream['kind']): string {
  if (request.dialect === 'responses') return 'max_output_tokens'
  if (request.dialect === 'messages' || 'max_tokens' in request.json) return 'max_tokens'
  // OpenAI's newer models take only the second name; compatible servers know the first.
  return kind === 'openai' || 'max_completion_tokens' in request.json ? 'max_completion_tokens' : 'max_tokens'
}

/** Chat's `n`: each choice is paid for. */
function choices(request: WireRequest): number {
  const { n } = request.json
  return request.dialect === 'chat' && typeof n === 'number' && n > 1 ? Math.ceil(n) : 1
}
