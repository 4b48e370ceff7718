/** Routes as data: a method, a path with named parts, e.g. `GET /v1/decisions/:id`, and what a caller must prove. */
import type { IncomingMessage } from 'node:http'
import type { AdminCaller } from '../access/index.ts'
import type { JsonValue } from '../wire/index.ts'
import type { Answer } from './answer.ts'

export interface Call {
  readonly request: IncomingMessage
  /** Path without query; only plain characters get this far. */
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Reads the body as strict JSON. @throws {HttpError} {WireError} */
  body(): Promise<JsonValue>
}

interface Place {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** `:name` matches one segment, a last `*` the rest of the path. */
  readonly path: string
}

/** Answers whoever asks (`nothing`), or proves its caller by itself: by signatures in the body, or the token it ends. */
export interface OpenRoute extends Place {
  readonly proof: 'nothing' | 'itself'
  handle(call: Call): Promise<Answer> | Answer
}

/** Answers whoever presents a credential of administration, as far as it entitles. */
export interface AdminRoute extends Place {
  readonly proof: 'credential'
  handle(call: Call, caller: AdminCaller): Promise<Answer> | Answer
}

export type Route = OpenRoute | AdminRoute

export type RouteMatch =
  | { readonly route: Route; readonly params: Record<string, string> }
  /** The path is known, with other methods. */
  | { readonly route: null; readonly methods: readonly string[] }

/** HEAD is GET without its body. */
export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch {
  const methods: string[] = []
  for (const route of routes) {
    const params = matchPath(route.path, path)
    if (params === null) continue
    if (route.method === method || (method === 'HEAD' && route.method === 'GET')) return { route, params }
    methods.push(route.method)
  }
  return { route: null, methods }
}

function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/')
  const got = path.split('/')
  const params: Record<string, string> = {}
  for (let i = 0; i < wanted.length; i++) {
    const part = wanted[i]! // `i` is below its length
    if (part === '*') {
      params.rest = got.slice(i).join('/')
      return got.length > i ? params : null
    }
    const segment = got[i]
    if (segment === undefined) return null
    if (part.startsWith(':')) {
      if (segment === '') return null
      params[part.slice(1)] = segment
    } else if (part !== segment) return null
  }
  return got.length === wanted.length ? params : null
}
