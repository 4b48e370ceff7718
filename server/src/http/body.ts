/** Request bodies: a limit in bytes and in time, then strict JSON. */
import type { IncomingMessage } from 'node:http'
import { type JsonValue, parseStrictJson } from '../wire/index.ts'
import { HttpError } from './error.ts'

/** Four times the largest statement: base64 and spaces cost, a book does not fit. */
const BODY_BYTES_MAX = 1024 * 1024
const BODY_TIMEOUT_MS = 15_000

/** @throws {HttpError} `http_media_type`, `http_body_too_large`, `http_body_timeout`, `http_body_cut` {WireError} */
export async function readJson(
  request: IncomingMessage,
  timeoutMs: number = BODY_TIMEOUT_MS,
): Promise<JsonValue> {
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/json(?:;\s*charset=utf-8)?$/i.test(type)) {
    throw new HttpError('http_media_type', 'the body must be `application/json`')
  }
  if (request.headers['content-encoding'] !== undefined) {
    throw new HttpError('http_media_type', 'the body must not be compressed')
  }
  return parseStrictJson(await readBytes(request, timeoutMs)).value
}

function readBytes(request: IncomingMessage, timeoutMs: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      request.removeAllListeners('data')
      act()
    }
    const refuse = (
      code: 'http_body_too_large' | 'http_body_timeout' | 'http_body_cut',
      message: string,
    ): void =>
      settle(() => {
        request.pause()
        reject(new HttpError(code, message))
      })
    const timer = setTimeout(() => refuse('http_body_timeout', 'the body did not arrive in time'), timeoutMs)
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > BODY_BYTES_MAX)
        return refuse('http_body_too_large', `the body is over ${BODY_BYTES_MAX} bytes`)
      chunks.push(chunk)
    })
    request.once('end', () => settle(() => resolve(Buffer.concat(chunks))))
    request.once('error', () => refuse('http_body_cut', 'the body ended early'))
    request.once('aborted', () => refuse('http_body_cut', 'the body ended early'))
  })
}
