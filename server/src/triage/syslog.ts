/**
 * A line of syslog: RFC 5424, the older RFC 3164, or any other line as a message.
 *
 * Fields are named as Linux rules name them; members of an audit line (`type=… key=value`) become fields.
 */
import type { FieldValue, LogSource } from '../sigma/index.ts'

export interface ReadLine {
  readonly fields: Map<string, FieldValue>
  readonly sources: readonly LogSource[]
  readonly host: string | null
  readonly time: string | null
}

const RFC5424 =
  /^<(\d{1,3})>1 (\S{1,64}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) (-|(?:\[(?:[^\]\\]|\\.)*\])+) ?(.*)$/s
const RFC3164 =
  /^(?:<(\d{1,3})>)?((?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)|\d{4}-\d\d-\d\dT\S{8,26}) (\S{1,255}) ([^\s:[]{1,64})(?:\[(\d{1,10})\])?: ?(.*)$/s

/** Program names to the service that rules name. */
const SERVICES: Readonly<Record<string, string>> = {
  audispd: 'auditd',
  audit: 'auditd',
  auditd: 'auditd',
  clamd: 'clamav',
  cron: 'cron',
  crond: 'cron',
  guacd: 'guacamole',
  sshd: 'sshd',
  sudo: 'sudo',
  vsftpd: 'vsftpd',
}

export function readLine(line: string): ReadLine {
  const found = RFC5424.exec(line)
  if (found !== null) return lineOf(found[3], found[4], found[2], found[8] ?? '')
  const older = RFC3164.exec(line)
  if (older !== null) return lineOf(older[3], older[4], older[2], older[6] ?? '')
  return lineOf(undefined, undefined, undefined, line)
}

function lineOf(
  host: string | undefined,
  program: string | undefined,
  time: string | undefined,
  message: string,
): ReadLine {
  const audit = /^(?:node=\S+ )?type=[A-Z_]+ msg=audit\(/.test(message)
  const named = program?.toLowerCase() ?? ''
  const service = audit ? 'auditd' : Object.hasOwn(SERVICES, named) ? (SERVICES[named] as string) : null
  const fields = new Map<string, FieldValue>([['message', message]])
  if (host !== undefined) fields.set('host', host)
  if (program !== undefined) fields.set('process', program)
  if (audit) readPairs(message, fields)
  const linux = (one: string | null): LogSource => ({ product: 'linux', category: null, service: one })
  const seconds = /msg=audit\((\d{1,12}\.\d{3})/.exec(message)?.[1]
  return {
    fields,
    sources: service === null ? [linux('syslog')] : [linux(service)],
    host: host === undefined || host === '-' ? null : host,
    time: time ?? (seconds === undefined ? null : new Date(Number(seconds) * 1_000).toISOString()),
  }
}

function readPairs(message: string, fields: Map<string, FieldValue>): void {
  for (const pair of message.matchAll(/(?:^|\s)([A-Za-z][\w-]{0,40})=("[^"]*"|'[^']*'|\S+)/g)) {
    const value = pair[2] ?? ''
    fields.set(pair[1] as string, /^["']/.test(value) ? value.slice(1, -1) : value)
  }
}
