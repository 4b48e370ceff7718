/**
 * The requests the load client sends: a defender's log triage in the Chat Completions dialect.
 *
 * No two bodies are alike: a case number changes with every request, so that nothing in a gateway can answer
 * from a cache of whole requests. A large body is an agent's turn: many earlier messages that stay the same,
 * one short last message that does not, which is how real clients grow their requests.
 */

/** Digits of the case number written into each body. */
const CASE_DIGITS = 10
/** Stands where the case number goes. */
const CASE_MARK = '#'.repeat(CASE_DIGITS)

const QUESTION =
  'Triage the following authentication log of our own mail gateway and say which lines need follow-up. Case '
const LOG_LINE =
  '2026-11-20T04:12:09Z mx1 sshd[2211]: Failed password for invalid user backup port 50122 ssh2'

/** What the official OpenAI client for Node sends besides its credentials. */
const CLIENT_HEADERS = {
  accept: 'application/json',
  'content-type': 'application/json',
  'user-agent': 'OpenAI/JS 7.57.0',
  'x-stainless-retry-count': '0',
  'x-stainless-lang': 'js',
  'x-stainless-package-version': '7.57.0',
  'x-stainless-os': 'Linux',
  'x-stainless-arch': 'x64',
  'x-stainless-runtime': 'node',
  'x-stainless-runtime-version': 'v24.21.0',
  'accept-encoding': 'identity',
}

/** What stands around the messages in a body, with a model name of usual length. */
const ENVELOPE_BYTES = 55

export interface RequestTemplate {
  /** Whole request, head and body, ready to be written after `number` has stamped it. */
  readonly bytes: Buffer
  readonly caseAt: number
}

export interface TemplateInput {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly model: string
  readonly stream: boolean
  readonly bodyBytes: number
}

/** Builds a request of about `bodyBytes` bytes. */
export function requestTemplate(input: TemplateInput): RequestTemplate {
  const body = JSON.stringify({
    model: input.model,
    stream: input.stream,
    messages: messages(input.bodyBytes - ENVELOPE_BYTES),
  })
  const head = [
    `POST ${input.path} HTTP/1.1`,
    'host: 127.0.0.1',
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries({ ...CLIENT_HEADERS, ...input.headers }).map(([name, value]) => `${name}: ${value}`),
  ]
  const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
  return { bytes, caseAt: bytes.lastIndexOf(CASE_MARK) }
}

/** Writes a case number into a request, in place. */
export function stamp(template: RequestTemplate, caseNumber: number): Buffer {
  template.bytes.write(String(caseNumber).padStart(CASE_DIGITS, '0'), template.caseAt, 'latin1')
  return template.bytes
}

/** Turns of 1.1 kB for as long as they fit, then the question, its log as long as the rest. */
function messages(bytes: number): { role: string; content: string }[] {
  const turns: { role: string; content: string }[] = []
  let left = bytes
  for (let turn = 0; left > 1600; turn += 1) {
    const role = turn % 2 === 0 ? 'user' : 'assistant'
    const content = Array.from({ length: 12 }, (_, line) => `${turn}.${line} ${LOG_LINE}`).join('\n')
    turns.push({ role, content })
    left -= Buffer.byteLength(JSON.stringify({ role, content })) + 1
  }
  const question = `${QUESTION}${CASE_MARK}. `
  const log = `${LOG_LINE} `.repeat(20).slice(0, Math.max(0, left - question.length - 30))
  return [...turns, { role: 'user', content: question + log }]
}
