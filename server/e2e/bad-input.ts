/**
 * The bad-input corpus: what a careless or hostile client sends, and the one answer each must get.
 *
 * Every case is refused before any upstream is called. `code` is the stable one of docs/spec/problem.md.
 * Cases that the HTTP parser itself turns away have a status only.
 */
import { type RawStep, rawRequest } from './raw-http.ts'

export interface BadInput {
  readonly name: string
  /** Bytes to send; `token` is a valid bearer token of an active person. */
  readonly steps: (token: string) => readonly RawStep[]
  readonly status: number
  readonly code: string | null
}

const RESPONSES = '/v1/responses'
const GOOD = '{"model":"rehearsal/1","input":"Summarise this log line: sshd accepted publickey for ops"}'
const JSON_TYPE = { 'content-type': 'application/json' }

const post = (
  body: Buffer | string,
  extra: Readonly<Record<string, string | readonly string[]>> = {},
  target = RESPONSES,
) => {
  return (token: string): RawStep[] => [
    rawRequest('POST', target, { ...JSON_TYPE, authorization: `Bearer ${token}`, ...extra }, body),
  ]
}

const bodies: BadInput[] = [
  { name: 'empty body', steps: post(''), status: 400, code: 'wire_body_empty' },
  { name: 'truncated JSON', steps: post(GOOD.slice(0, -4)), status: 400, code: 'wire_json_invalid' },
  { name: 'bytes after the JSON', steps: post(`${GOOD} {}`), status: 400, code: 'wire_json_trailing' },
  {
    name: 'duplicate key',
    steps: post('{"model":"rehearsal/1","input":"one","input":"two"}'),
    status: 400,
    code: 'wire_json_duplicate_key',
  },
  {
    name: 'duplicate key, one of them escaped',
    steps: post('{"model":"rehearsal/1","input":"one","\\u0069nput":"two"}'),
    status: 400,
    code: 'wire_json_duplicate_key',
  },
  {
    name: 'deeply nested JSON',
    steps: post(`{"model":"rehearsal/1","input":${'['.repeat(50_000)}${']'.repeat(50_000)}}`),
    status: 400,
    code: 'wire_json_too_deep',
  },
  {
    name: 'invalid UTF-8',
    steps: post(
      Buffer.concat([
        Buffer.from('{"model":"rehearsal/1","input":"'),
        Buffer.from([0xff, 0xc0]),
        Buffer.from('"}'),
      ]),
    ),
    status: 400,
    code: 'wire_utf8_invalid',
  },
  { name: 'an array for a body', steps: post('[]'), status: 400, code: 'wire_not_object' },
  {
    name: 'model of the wrong type',
    steps: post('{"model":7,"input":"x"}'),
    status: 400,
    code: 'wire_field_type',
  },
  { name: 'no model', steps: post('{"input":"x"}'), status: 400, code: 'wire_field_missing' },
  { name: 'no input', steps: post('{"model":"rehearsal/1"}'), status: 400, code: 'wire_field_missing' },
  {
    name: 'stream of the wrong type',
    steps: post('{"model":"rehearsal/1","input":"x","stream":"yes"}'),
    status: 400,
    code: 'wire_field_type',
  },
  {
    name: 'a reference to what the gateway cannot read',
    steps: post('{"model":"rehearsal/1","input":"x","previous_response_id":"resp_1"}'),
    status: 400,
    code: 'wire_field_refused',
  },
  {
    name: 'a tool that runs at the provider',
    steps: post('{"model":"rehearsal/1","input":"x","tools":[{"type":"web_search"}]}'),
    status: 400,
    code: 'wire_item_refused',
  },
  {
    name: 'a tool type nobody knows',
    steps: post('{"model":"rehearsal/1","input":"x","tools":[{"type":"teleport"}]}'),
    status: 400,
    code: 'wire_item_unknown',
  },
  {
    name: 'a body that says it is larger than the limit',
    steps: post('', { 'content-length': '999999999' }),
    status: 413,
    code: 'wire_body_too_large',
  },
]

const heads: BadInput[] = [
  {
    name: 'another content type',
    steps: post(GOOD, { 'content-type': 'text/plain' }),
    status: 415,
    code: 'gateway_media_type',
  },
  {
    name: 'a compressed body',
    steps: post(GOOD, { 'content-encoding': 'gzip' }),
    status: 415,
    code: 'gateway_media_type',
  },
  {
    name: 'two engagements',
    steps: post(GOOD, { 'x-sekisho-engagement': ['eng-1', 'eng-2'] }),
    status: 400,
    code: 'gateway_header_conflict',
  },
  {
    name: 'a Host of another name',
    steps: post(GOOD, { host: 'elsewhere.example' }),
    status: 421,
    code: 'gateway_host_refused',
  },
  {
    name: 'two Host headers',
    steps: post(GOOD, { host: ['127.0.0.1', 'elsewhere.example'] }),
    status: 400,
    code: 'gateway_header_conflict',
  },
  {
    name: 'two content lengths',
    steps: post(GOOD, { 'content-length': ['5', String(GOOD.length)] }),
    status: 400,
    code: 'gateway_head_malformed',
  },
  {
    name: 'a length and chunks',
    steps: post(GOOD, { 'content-length': String(GOOD.length), 'transfer-encoding': 'chunked' }),
    status: 400,
    code: 'gateway_head_malformed',
  },
]

/** Paths that a lenient router would take for one of ours. */
const paths: BadInput[] = [
  '/v1/responses/',
  '/v1//responses',
  '/v1/./responses',
  '/v1/x/../responses',
  '/v1/%72esponses',
  '/V1/Responses',
  '/v1/responses%00',
  '/v1/responses;x=1',
  '/v1/responses/compact',
  '/v1/embeddings',
  'http://elsewhere.example/v1/responses',
].map((target) => ({
  name: `path ${target}`,
  steps: post(GOOD, {}, target),
  status: 404,
  code: 'gateway_route_unknown',
}))

export const BAD_INPUTS: readonly BadInput[] = [
  ...bodies,
  ...heads,
  ...paths,
  {
    name: 'a method of another route',
    steps: (token) => [rawRequest('GET', RESPONSES, { authorization: `Bearer ${token}` })],
    status: 405,
    code: 'gateway_method',
  },
  {
    name: 'a WebSocket upgrade',
    steps: (token) => [
      rawRequest('GET', RESPONSES, {
        authorization: `Bearer ${token}`,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      }),
    ],
    status: 426,
    code: 'gateway_upgrade_refused',
  },
]

/** Credentials that must never become a principal; each is tried in both headers. */
export const BAD_CREDENTIALS: readonly {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  readonly code: string
}[] = [
  { name: 'none', headers: {}, code: 'gateway_credential_missing' },
  { name: 'an empty bearer', headers: { authorization: 'Bearer ' }, code: 'gateway_credential_malformed' },
  {
    name: 'another scheme',
    headers: { authorization: 'Basic dXNlcjpwYXNz' },
    code: 'gateway_credential_malformed',
  },
  {
    name: 'a vendor key',
    headers: { authorization: 'Bearer sk-proj-0000000000000000' },
    code: 'gateway_credential_malformed',
  },
  { name: 'an SQL fragment', headers: { 'x-api-key': "' OR '1'='1" }, code: 'gateway_credential_malformed' },
  { name: 'a template', headers: { authorization: 'Bearer {{7*7}}' }, code: 'gateway_credential_malformed' },
  {
    name: 'eight kilobytes of nothing',
    headers: { authorization: `Bearer ${'A'.repeat(8000)}` },
    code: 'gateway_credential_malformed',
  },
]
