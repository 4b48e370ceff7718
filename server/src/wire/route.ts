/** Paths the gateway answers on (under construction). */
import type { Dialect } from './request.ts'

export type WireRoute =
  /** A model request. */
  | { readonly kind: 'generate'; readonly dialect: Dialect }
  /** Anthropic `count_tokens`: answered here with an estimate, nothing leaves. */
  | { readonly kind: 'count_tokens'; readonly dialect: 'messages' }
  /** `dialect` is how to dress a problem; the list itself takes the Anthropic shape when `anthropic-version` is sent. */
  | { readonly kind: 'models'; readonly dialect: Dialect }
  | { readonly kind: 'model'; readonly dialect: Dialect; readonly id: string }

/** @param path the raw request target, query included; never decoded or normalised first */
export function routeFor(_method: string, _path: string): WireRoute | null {
  throw new Error('under construction')
}
