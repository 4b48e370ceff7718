/** A record as an event of the triage: fields for the rules, host and time for the timeline. */
import {
  type FieldValue,
  fieldsOfJson,
  fieldsOfWindows,
  type LogEvent,
  type LogSource,
  windowsSources,
} from '../sigma/index.ts'
import { isOcsf, readOcsf } from './ocsf-fields.ts'
import type { LogRecord } from './records.ts'
import { readLine } from './syslog.ts'

/** LIMIT: a clock outside these years is a wrong clock. */
const EPOCH_MS_MIN = Date.UTC(1990, 0)

export interface TriageEvent extends LogEvent {
  readonly number: number
  readonly offset: number
  readonly bytes: number
  readonly host: string | null
  /** Milliseconds since 1970, UTC; null when the record names no time that can be read. */
  readonly timeMs: number | null
}

/** @param given log source of what does not name its own; the rules' `product`, `category`, `service` */
export function eventOf(record: LogRecord, given: LogSource, nowMs: number): TriageEvent {
  const { number, offset, bytes, value } = record
  const read = typeof value === 'string' ? readLine(value) : readJson(value)
  const sources = read.sources.length > 0 ? read.sources : [given]
  return {
    number,
    offset,
    bytes,
    fields: read.fields,
    sources,
    host: read.host,
    timeMs: parseTime(read.time, nowMs),
  }
}

interface Read {
  readonly fields: Map<string, FieldValue>
  readonly sources: readonly LogSource[]
  readonly host: string | null
  readonly time: FieldValue
}

function readJson(value: Readonly<Record<string, unknown>>): Read {
  const windows = fieldsOfWindows(value)
  if (windows !== null) {
    const time = windows.get('TimeCreated_SystemTime') ?? windows.get('UtcTime') ?? null
    return { fields: windows, sources: windowsSources(windows), host: text(windows.get('Computer')), time }
  }
  const { fields, sources } = isOcsf(value) ? readOcsf(value) : { fields: fieldsOfJson(value), sources: [] }
  return { fields, sources, host: firstOf(fields, HOST_NAMES), time: firstOf(fields, TIME_NAMES) }
}

const HOST_NAMES = ['device.hostname', 'device.name', 'host.name', 'hostname', 'host', 'Computer', 'computer']
const TIME_NAMES = ['time', '@timestamp', 'timestamp', 'eventTime', 'ts', 'date', 'TimeGenerated']

function firstOf(fields: ReadonlyMap<string, FieldValue>, names: readonly string[]): string | null {
  for (const name of names) {
    const found = text(fields.get(name))
    if (found !== null) return found
  }
  return null
}

function text(value: FieldValue | undefined): string | null {
  const one = typeof value === 'object' && value !== null ? value[0] : value
  return one === undefined || one === null || one === '' ? null : one
}

/** ISO 8601, epoch seconds or milliseconds, or the syslog form without a year, which is taken as the past twelve months. */
function parseTime(value: FieldValue, nowMs: number): number | null {
  const one = text(value)
  if (one === null) return null
  const parsed = /^\d{9,11}(\.\d+)?$/.test(one)
    ? Math.trunc(Number(one) * 1_000)
    : /^\d{12,14}$/.test(one)
      ? Number(one)
      : /^[A-Z][a-z]{2} [ \d]\d /.test(one)
        ? withYear(one, nowMs)
        : Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(one) ? one : `${one.replace(' ', 'T')}Z`)
  return Number.isNaN(parsed) || parsed < EPOCH_MS_MIN ? null : parsed
}

function withYear(time: string, nowMs: number): number {
  const year = new Date(nowMs).getUTCFullYear()
  const thisYear = Date.parse(`${time} ${year} UTC`)
  return thisYear > nowMs + 86_400_000 ? Date.parse(`${time} ${year - 1} UTC`) : thisYear
}
