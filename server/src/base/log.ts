/**
 * Logging: one JSON object a line, on a stream of the caller's choice.
 *
 * Log lines are for machines and carry ids, codes and figures. HOSTILE: text of a prompt or an answer
 * is never logged; what a rule of redaction must catch has already been said once too often.
 */
import { type DestinationStream, destination, type LevelWithSilent, type Logger, pino } from 'pino'

export type { Logger } from 'pino'
/** Least important line written; `silent` writes none. */
export type LogLevel = LevelWithSilent

/** What a logger writes, how much of it, and where. */
export interface LoggerOptions {
  readonly level?: LogLevel
  /** `1` standard output, `2` standard error (default), or a stream. */
  readonly to?: 1 | 2 | DestinationStream
  /**
   * Writes in blocks, a fifth of a second late at most: for lines that come with every request. `kill -9` loses
   * that much; what must not be lost is in the ledger.
   */
  readonly buffered?: boolean
  /** Members on every line. */
  readonly base?: Readonly<Record<string, unknown>>
}

const BLOCK_BYTES = 8192
const FLUSH_INTERVAL_MS = 200

/** Member names whose values never reach a line, at the top level or one below. */
const SECRET_MEMBERS = ['authorization', 'apiKey', 'api_key', 'password', 'token', 'secret', 'privateKey']

/** A logger of JSON lines: `{"level":"info","time":"…Z","msg":…}`. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const to = options.to ?? 2
  const stream = typeof to === 'number' ? openStream(to, options.buffered === true) : to
  return pino(
    {
      level: options.level ?? 'info',
      base: options.base ?? null,
      messageKey: 'msg',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_MEMBERS.flatMap((name) => [name, `*.${name}`]), censor: '***' },
    },
    stream,
  )
}

/** One a descriptor: each holds a timer and a listener for the end of the process. */
const buffered = new Map<1 | 2, DestinationStream>()

function openStream(fd: 1 | 2, inBlocks: boolean): DestinationStream {
  // Synchronous: a line that explains a crash must be out before the process is gone.
  if (!inBlocks) return destination({ fd, sync: true })
  const known = buffered.get(fd)
  if (known !== undefined) return known
  const stream = destination({ fd, sync: false, minLength: BLOCK_BYTES })
  setInterval(() => stream.flush(), FLUSH_INTERVAL_MS).unref()
  process.once('exit', () => {
    // Throws when nothing was ever written: then there is nothing to lose.
    try {
      stream.flushSync()
    } catch {}
  })
  buffered.set(fd, stream)
  return stream
}

/** A logger that says nothing. */
export const silentLogger: Logger = pino({ level: 'silent' })
