/** Routes as data: a method and a path with named parts, e.g. `GET /v1/decisions/:id`. */
import type { IncomingMessage } from 'node:http'
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

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** `:name` matches one segment, a last `*` the rest of the path. */
  readonly path: string
  handle(call: Call): Promise<Answer> | Answer
}

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
    const part = wanted[i]!
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
