/**
 * The OpenAPI 3.1 document of administration, of the public pages that machines read, and of model traffic.
 *
 * Made from the route tables: a route without a line here, or a line without a route, fails a test. The console generates
 * its client from it. Spec: docs/spec/http.md §5.
 */
import type { JsonValue } from '../wire/index.ts'
import { json } from './answer.ts'
import type { Route } from './route.ts'

interface Operation {
  readonly id: string
  readonly summary: string
  readonly tag:
    | 'health'
    | 'tokens'
    | 'programme'
    | 'decisions'
    | 'governance'
    | 'evidence'
    | 'operations'
    | 'public'
    | 'models'
  /** Status and media type of the answer when it is good. */
  readonly ok?: readonly [status: number, type: string]
}

const JSON_TYPE = 'application/json'
const op = (id: string, tag: Operation['tag'], summary: string, ok?: Operation['ok']): Operation => ({
  id,
  tag,
  summary,
  ...(ok === undefined ? {} : { ok }),
})

/** By method and path as the route tables write them. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET /livez': op('livez', 'health', 'Whether the process runs'),
  'GET /readyz': op('readyz', 'health', 'Whether model requests are served'),
  'GET /metrics': op('metrics', 'health', 'Figures for Prometheus', [200, 'text/plain']),
  'GET /v1/openapi.json': op('openapi', 'public', 'This document'),
  'POST /v1/tokens': op('mintToken', 'tokens', 'Mint a token by proof of possession of an enrolled key', [
    201,
    JSON_TYPE,
  ]),
  'GET /v1/tokens': op('listTokens', 'tokens', "One's own tokens and credentials, without their text"),
  'DELETE /v1/tokens/self': op('endToken', 'tokens', 'End the token presented'),
  'DELETE /v1/tokens/:id': op('revokeToken', 'tokens', 'Revoke a token by its id'),
  'POST /v1/statements': op(
    'submitStatement',
    'programme',
    'Submit a signed statement; answers when it holds everywhere',
    [201, JSON_TYPE],
  ),
  'GET /v1/programme': op('programme', 'programme', 'How the programme stands, as far as the caller sees'),
  'GET /v1/stops': op('stops', 'programme', 'Stops in force'),
  'GET /v1/engagements': op('engagements', 'programme', 'Engagements, as far as the caller sees'),
  'GET /v1/engagements/:id': op('engagement', 'programme', 'One engagement with its terms'),
  'GET /v1/appeals': op('appeals', 'decisions', 'Appeals with their figures, as far as the caller sees'),
  'GET /v1/appeals/:decision': op('appeal', 'decisions', 'One appeal with what it is against'),
  'GET /v1/decisions/:id': op('decision', 'decisions', 'Verdict, clauses and facts of one decision'),
  'GET /v1/holds': op('holds', 'decisions', 'Holds that the caller may approve, or asked for'),
  'GET /v1/holds/:id': op('hold', 'decisions', 'What an approval of this hold binds to'),
  'GET /v1/holds/:id/content': op(
    'heldRequest',
    'decisions',
    'The request that was held; the reading is logged',
  ),
  'GET /v1/entries/:index': op('entry', 'evidence', 'One ledger entry of the institution, in clear'),
  'GET /v1/agreement': op('agreement', 'governance', 'The agreement in force', [200, 'text/markdown']),
  'GET /v1/proposals': op('proposals', 'governance', 'Proposals with state, roll, votes and counts'),
  'GET /v1/proposals/:id': op('proposal', 'governance', 'One proposal'),
  'GET /v1/proposals/:id/document': op('proposalDocument', 'governance', 'The proposed document', [
    200,
    'text/markdown',
  ]),
  'GET /v1/replay': op('replay', 'governance', 'Facts of the last decisions, counted; `last` says how many'),
  'GET /v1/seats': op('seats', 'governance', 'Bodies, seats and observers'),
  'GET /v1/rollout': op('rollout', 'governance', 'The calendar of the rollout'),
  'GET /v1/export': op('exportControl', 'governance', 'Legal bases, orders, lists, obligations'),
  'GET /v1/register': op('register', 'governance', 'The register of capabilities'),
  'POST /v1/disclosures': op('disclose', 'evidence', 'An evidence pack for a signed order', [
    200,
    'application/x-tar',
  ]),
  'GET /v1/ledger/open': op('openIntents', 'evidence', 'Intents without an outcome'),
  'GET /v1/custody': op('custody', 'evidence', 'Wrapped keys the caller may take'),
  'GET /v1/custody/:number': op('wrappedKey', 'evidence', 'One wrapped key'),
  'POST /v1/run-inputs': op('putRunInput', 'operations', 'Upload an input of a run, known by its SHA-256', [
    201,
    JSON_TYPE,
  ]),
  'POST /v1/runs': op('startRun', 'operations', 'Start a run on uploaded inputs', [201, JSON_TYPE]),
  'GET /v1/runs': op('runs', 'operations', 'Runs of the institution, newest first'),
  'GET /v1/runs/:id': op('run', 'operations', 'One run with its steps and its result'),
  'GET /v1/runs/:id/events': op('runEvents', 'operations', 'Steps and progress as they happen', [
    200,
    'text/event-stream',
  ]),
  'POST /v1/runs/:id/pause': op('pauseRun', 'operations', 'Pause between two steps'),
  'POST /v1/runs/:id/resume': op(
    'resumeRun',
    'operations',
    'Take up again what is paused or was interrupted',
  ),
  'POST /v1/runs/:id/cancel': op('cancelRun', 'operations', 'End a run; what is under way is stopped'),
  'GET /v1/deconflict': op(
    'deconflict',
    'operations',
    'Whether an action was a tool call of the institution',
  ),
  'GET /': op('overviewPage', 'public', 'Overview for people', [200, 'text/html']),
  'GET /agreement': op('agreementPage', 'public', 'The agreement for people', [200, 'text/html']),
  'GET /agreement.md': op('agreementDocument', 'public', 'The agreement in force', [200, 'text/markdown']),
  'GET /decisions/:id': op('decisionPage', 'public', 'A decision for people', [200, 'text/html']),
  'GET /decisions/:id/receipt': op('receipt', 'public', 'Receipt of an exchange'),
  'GET /ledger/*': op('ledgerFile', 'public', 'Public files of the ledger', [
    200,
    'application/octet-stream',
  ]),
  'GET /style.css': op('style', 'public', 'Style of the pages', [200, 'text/css']),
  'GET /robots.txt': op('robots', 'public', 'For crawlers', [200, 'text/plain']),
}

/** Model traffic: the gateway listener's own table is bytes, not routes (docs/spec/wire.md §1). */
const MODELS: Readonly<Record<string, Operation>> = {
  'POST /v1/responses': op('responses', 'models', 'OpenAI Responses'),
  'POST /v1/chat/completions': op('chatCompletions', 'models', 'OpenAI Chat Completions'),
  'POST /v1/messages': op('messages', 'models', 'Anthropic Messages'),
  'POST /v1/messages/count_tokens': op('countTokens', 'models', 'An estimate made here; nothing leaves'),
  'GET /v1/models': op('models', 'models', 'Models offered to the caller'),
}

/** The route that serves the document of `routes` and itself. */
export function openApiRoute(routes: readonly Route[]): Route {
  const self = { method: 'GET', path: '/v1/openapi.json', proof: 'nothing' } as const
  let document: JsonValue | null = null
  return {
    ...self,
    handle: () => {
      document ??= openApiOf([...routes, self])
      return json(200, document)
    },
  }
}

/** @param routes of one listener or several; the gateway's are added */
export function openApiOf(routes: readonly Pick<Route, 'method' | 'path' | 'proof'>[]): JsonValue {
  const paths: Record<string, Record<string, JsonValue>> = {}
  const put = (method: string, path: string, proof: string, about: Operation | undefined): void => {
    const name = path.replace(/:([a-z]+)/g, '{$1}').replace(/\*$/, '{rest}')
    const at = paths[name] ?? {}
    at[method.toLowerCase()] = operationOf(name, method, proof, about ?? fallback(method, path))
    paths[name] = at
  }
  for (const { method, path, proof } of routes) put(method, path, proof, OPERATIONS[`${method} ${path}`])
  for (const [key, about] of Object.entries(MODELS)) {
    const [method = '', path = ''] = key.split(' ')
    put(method, path, 'token', about)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sekisho',
      version: '0.1.0',
      description:
        'Administration, public pages and model traffic. Errors are RFC 9457 problem details; codes are stable.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: paths as JsonValue, // records of JSON values
    components: COMPONENTS,
  }
}

/** A route that has no line yet still has an operation: the parity test says which. */
function fallback(method: string, path: string): Operation {
  const id = `${method.toLowerCase()}${path.replace(/[^A-Za-z]+([A-Za-z])?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '')}`
  return op(id, 'governance', `${method} ${path}`)
}

function operationOf(path: string, method: string, proof: string, about: Operation): JsonValue {
  const parameters = [...path.matchAll(/\{([a-z]+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const [status, type] = about.ok ?? [200, JSON_TYPE]
  return {
    operationId: about.id,
    summary: about.summary,
    tags: [about.tag],
    ...(proof === 'credential' ? { security: [{ administration: [] }] } : {}),
    ...(proof === 'token' ? { security: [{ token: [] }] } : {}),
    ...(proof === 'nothing' || proof === 'itself' ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(method === 'POST' ? { requestBody: bodyOf(about) } : {}),
    responses: {
      [status]: { description: 'Good', content: { [type]: { schema: schemaOf(type) } } },
      default: {
        description: 'Refused or failed; `code` says why',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

function bodyOf({ id, tag }: Operation): JsonValue {
  const name = id === 'submitStatement' ? 'SignedStatement' : null
  const schema =
    name === null || tag === 'models' ? { type: 'object' } : { $ref: `#/components/schemas/${name}` }
  return { required: true, content: { [JSON_TYPE]: { schema } } }
}

function schemaOf(type: string): JsonValue {
  return type === JSON_TYPE ? { type: 'object' } : { type: 'string' }
}

const COMPONENTS: JsonValue = {
  securitySchemes: {
    administration: {
      type: 'http',
      scheme: 'bearer',
      description: 'Credential of administration (docs/spec/directory.md §5)',
    },
    token: {
      type: 'http',
      scheme: 'bearer',
      description: 'Model token; Messages also takes it as `x-api-key`',
    },
  },
  schemas: {
    Problem: {
      type: 'object',
      required: ['type', 'title', 'status', 'detail', 'code'],
      properties: {
        type: { type: 'string' },
        title: { type: 'string' },
        status: { type: 'integer' },
        detail: { type: 'string' },
        code: { type: 'string' },
      },
    },
    SignedStatement: {
      type: 'object',
      additionalProperties: false,
      required: ['body', 'signatures'],
      properties: {
        body: {
          type: 'object',
          required: ['programme', 'type', 'issued_at_ms', 'nonce'],
          properties: {
            programme: { type: 'string' },
            type: { type: 'string' },
            issued_at_ms: { type: 'integer' },
            nonce: { type: 'string', pattern: '^[0-9a-f]{32}$' },
          },
        },
        signatures: {
          type: 'array',
          maxItems: 32,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['key', 'sig'],
            properties: { key: { type: 'string' }, sig: { type: 'string' } },
          },
        },
      },
    },
  },
}
