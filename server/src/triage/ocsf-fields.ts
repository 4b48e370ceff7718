/**
 * OCSF events in the names that rules are written in.
 *
 * Source: schema.ocsf.io, classes 1001, 1005, 1006, 1007, 3002, 4001, 4003. Every member also stands under its own
 * dotted name, so that rules written for OCSF fire as well.
 */
import { type FieldValue, fieldsOfJson, type LogSource } from '../sigma/index.ts'

type Json = Readonly<Record<string, unknown>>

interface ClassMap {
  readonly category: string | null
  /** Rule's name to OCSF's. */
  readonly names: Readonly<Record<string, string>>
}

const ACTOR = {
  Image: 'actor.process.file.path',
  ProcessId: 'actor.process.pid',
  User: 'actor.user.name',
} as const

const CLASSES: Readonly<Record<number, ClassMap>> = {
  1001: { category: 'file_event', names: { ...ACTOR, TargetFilename: 'file.path' } },
  1005: { category: 'image_load', names: { ...ACTOR, ImageLoaded: 'module.file.path' } },
  1006: { category: null, names: { ...ACTOR, TaskName: 'job.name', Command: 'job.cmd_line' } },
  1007: {
    category: 'process_creation',
    names: {
      Image: 'process.file.path',
      CommandLine: 'process.cmd_line',
      CurrentDirectory: 'process.working_directory',
      ProcessId: 'process.pid',
      User: 'process.user.name',
      IntegrityLevel: 'process.integrity',
      ParentImage: 'actor.process.file.path',
      ParentCommandLine: 'actor.process.cmd_line',
      ParentProcessId: 'actor.process.pid',
    },
  },
  3002: {
    category: null,
    names: { TargetUserName: 'user.name', IpAddress: 'src_endpoint.ip', LogonType: 'logon_type_id' },
  },
  4001: {
    category: 'network_connection',
    names: {
      ...ACTOR,
      DestinationIp: 'dst_endpoint.ip',
      DestinationPort: 'dst_endpoint.port',
      DestinationHostname: 'dst_endpoint.hostname',
      SourceIp: 'src_endpoint.ip',
      SourcePort: 'src_endpoint.port',
    },
  },
  4003: { category: 'dns_query', names: { ...ACTOR, QueryName: 'query.hostname' } },
}

export function isOcsf(event: Json): boolean {
  return typeof event.class_uid === 'number' && typeof event.metadata === 'object'
}

export function readOcsf(event: Json): { fields: Map<string, FieldValue>; sources: readonly LogSource[] } {
  const fields = fieldsOfJson(event)
  const uid = Number(event.class_uid)
  const map = Object.hasOwn(CLASSES, uid) ? CLASSES[uid] : undefined
  for (const [name, from] of Object.entries(map?.names ?? {})) {
    const value = fields.get(from)
    if (value !== undefined && !fields.has(name)) fields.set(name, value)
  }
  return { fields, sources: [{ product: product(fields), category: map?.category ?? null, service: null }] }
}

function product(fields: ReadonlyMap<string, FieldValue>): string | null {
  const system = fields.get('device.os.type') ?? fields.get('device.os.name')
  if (typeof system !== 'string') return null
  return ['windows', 'linux', 'macos'].find((name) => system.toLowerCase().startsWith(name)) ?? null
}
