/**
 * The paths the gateway answers on; everything else is denied.
 *
 * Spec: docs/spec/wire.md §1. Threat: host and path tricks (double slashes, dot segments, percent encoding, absolute
 * targets) that make two readers see two routes. So targets are compared byte for byte and nothing is decoded.
 */
import type { Dialect } from './request.ts'

export type WireRoute =
  /** A model request. */
  | { readonly kind: 'generate'; readonly dialect: Dialect }
  /** Anthropic `count_tokens`: answered here with an estimate, nothing leaves. */
  | { readonly kind: 'count_tokens'; readonly dialect: 'messages' }
  /** `dialect` is how to dress a problem; the list itself takes the Anthropic shape when `anthropic-version` is sent. */
  | { readonly kind: 'models'; readonly dialect: Dialect }
  | { readonly kind: 'model'; readonly dialect: Dialect; readonly id: string }

const POSTS: ReadonlyMap<string, WireRoute> = new Map<string, WireRoute>(
  ['', '/v1'].flatMap((prefix): [string, WireRoute][] => [
    [`${prefix}/responses`, { kind: 'generate', dialect: 'responses' }],
    [`${prefix}/chat/completions`, { kind: 'generate', dialect: 'chat' }],
    [`${prefix}/messages`, { kind: 'generate', dialect: 'messages' }],
    [`${prefix}/messages?beta=true`, { kind: 'generate', dialect: 'messages' }],
    [`${prefix}/messages/count_tokens`, { kind: 'count_tokens', dialect: 'messages' }],
    [`${prefix}/messages/count_tokens?beta=true`, { kind: 'count_tokens', dialect: 'messages' }],
  ]),
)

/** `GET /models`, `/models/ID`; Codex adds `client_version`, the Anthropic SDK paging and `beta`. */
const MODELS =
  /^(?:\/v1)?\/models(?:\/([A-Za-z0-9][A-Za-z0-9._:-]{0,127}))?(?:\?(?:client_version|limit|after_id|before_id|beta)=[A-Za-z0-9._-]{0,64}(?:&(?:limit|after_id|before_id|beta)=[A-Za-z0-9._-]{0,64}){0,3})?$/

/**
 * The route of a request, or null: denied.
 *
 * @param path the raw request target, query included; never decoded or normalised first
 */
export function routeFor(method: string, path: string): WireRoute | null {
  if (method === 'POST') return POSTS.get(path) ?? null
  if (method !== 'GET') return null
  const match = MODELS.exec(path)
  if (match === null) return null
  const id = match[1]
  if (id === undefined) return { kind: 'models', dialect: 'responses' }
  return id.includes('..') ? null : { kind: 'model', dialect: 'responses', id }
}
