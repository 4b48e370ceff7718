/**
 * What a driver's error means: the database is gone, it took too long, or it refused this statement.
 *
 * The message never carries a statement's values: they may hold what must not be logged.
 */
import { StorageError } from './error.ts'

/** SQLSTATE classes after which nothing more can be asked of the connection. */
const GONE_CLASSES = ['08', '57P', '53', '58']
const QUERY_CANCELED = '57014'
const LOCK_NOT_AVAILABLE = '55P03'
const IDLE_IN_TRANSACTION = '25P03'

/** Errors the driver makes itself carry no code, only these words. */
const TIMEOUT_MESSAGES = ['Query read timeout', 'timeout exceeded when trying to connect']

export function toStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error
  const { code, message } = partsOf(error)
  if (code === QUERY_CANCELED || code === LOCK_NOT_AVAILABLE) {
    return new StorageError('storage_timeout', `statement ran out of time: ${message}`, {
      cause: error,
      sqlState: code,
    })
  }
  if (isSqlState(code) && code !== IDLE_IN_TRANSACTION && !GONE_CLASSES.some((c) => code.startsWith(c))) {
    return new StorageError('storage_query_failed', `${message} (SQLSTATE ${code})`, {
      cause: error,
      sqlState: code,
    })
  }
  const late = TIMEOUT_MESSAGES.some((words) => message.includes(words))
  return new StorageError(
    'storage_unavailable',
    `database ${late ? 'does not answer' : 'cannot be reached'}: ${message}`,
    { cause: error, sqlState: isSqlState(code) ? code : null },
  )
}

function partsOf(error: unknown): { code: string; message: string } {
  // AggregateError: a host name with several addresses, none of which answered; its own message is empty.
  if (error instanceof AggregateError && error.errors.length > 0) return partsOf(error.errors[0])
  if (!(error instanceof Error)) return { code: '', message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return { code, message: error.message }
}

/** Node's own codes (`ECONNREFUSED`) are longer than a SQLSTATE. */
function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code)
}
