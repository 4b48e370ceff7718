/**
 * What a target or an asset names, in comparable form: a network, a host name, a web place, a repository.
 *
 * HOSTILE: whatever two programs could read as two different hosts is no place at all, and what is no place
 * is unresolved. So user names, backslashes, escapes and number-like host names are not read here.
 */
import { domainToASCII } from 'node:url'
import { type Network, parseAddress, parseNetwork } from './address.ts'

export interface HostName {
  /** Lower-case A-labels without a trailing dot. */
  readonly name: string
  /** `*.name`: every name below, not the name itself. */
  readonly wildcard: boolean
}

export type Place =
  | { readonly kind: 'network'; readonly network: Network }
  | { readonly kind: 'host'; readonly host: HostName }
  | {
      readonly kind: 'web'
      readonly scheme: string
      readonly host: Network | HostName
      readonly port: number | null
      /** Path segments; empty for the root. */
      readonly path: readonly string[]
    }
  | { readonly kind: 'repository'; readonly host: string; readonly path: readonly string[] }

const NAME_MAX = 253
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
/** A last label like this makes URL parsers read the name as an IPv4 address. */
const NUMBER_LIKE = /^(?:\d+|0x[0-9a-f]*)$/
const URL_FORM = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)/i
/** User names, backslashes, escapes and blanks in the host part are read differently by different programs. */
const HOST_PART_DOUBT = /[@\\%\s]/
/** Escaped separators and dots in a path are read differently by different servers. */
const PATH_DOUBT = /\\|%2f|%5c|%2e|%00|[\s]/i
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  ws: 80,
  https: 443,
  wss: 443,
  ftp: 21,
  ssh: 22,
}
const REPOSITORY_SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/
/** Forges that ignore case in paths. */
const CASELESS_FORGES: ReadonlySet<string> = new Set(['github.com', 'gitlab.com', 'bitbucket.org'])

/** Reads a value of a target kind; null when it is not clearly one. */
export function parsePlace(kind: string, value: string): Place | null {
  switch (kind) {
    case 'ipv4':
    case 'ipv6':
      return networkPlace(parseAddress(value))
    case 'cidr':
      return networkPlace(parseNetwork(value)?.network ?? null)
    case 'domain':
      return hostPlace(value)
    case 'url':
      return parseWeb(value)
    case 'repository':
      return parseRepository(value)
    default:
      return null
  }
}

function networkPlace(network: Network | null): Place | null {
  return network === null ? null : { kind: 'network', network }
}

function hostPlace(value: string): Place | null {
  const address = parseAddress(value)
  if (address !== null) return networkPlace(address)
  const host = parseHostName(value)
  return host === null ? null : { kind: 'host', host }
}

function parseHostName(value: string): HostName | null {
  const wildcard = value.startsWith('*.')
  const given = (wildcard ? value.slice(2) : value).replace(/\.$/, '')
  // IDNA mapping folds width, case and look-alike dots; an empty result is a refusal.
  const name = given === '' ? '' : domainToASCII(given)
  const labels = name.split('.')
  if (name === '' || name.length > NAME_MAX || !labels.every((label) => LABEL.test(label))) return null
  if (NUMBER_LIKE.test(labels.at(-1) ?? '')) return null
  return { name, wildcard }
}

function parseWeb(value: string): Place | null {
  const match = URL_FORM.exec(value)
  if (match === null) return null
  // All three groups take part whenever the pattern matches.
  const [, schemeText, hostPart, pathText] = match as unknown as [string, string, string, string]
  if (HOST_PART_DOUBT.test(hostPart) || PATH_DOUBT.test(pathText)) return null
  const scheme = schemeText.toLowerCase()
  const parts = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(hostPart)
  if (parts === null) return null
  const port = parts[2] === undefined ? (DEFAULT_PORTS[scheme] ?? null) : Number(parts[2])
  const host = parseWebHost(parts[1] ?? '')
  const path = parsePath(pathText)
  if (host === null || path === null || (port !== null && (port < 1 || port > 65_535))) return null
  return { kind: 'web', scheme, host, port, path }
}

function parseWebHost(text: string): Network | HostName | null {
  if (text.startsWith('[')) return parseAddress(text.slice(1, -1))
  const host = parseAddress(text) ?? parseHostName(text)
  return host !== null && 'wildcard' in host && host.wildcard ? null : host
}

/** Segments with `.` and `..` resolved as RFC 3986 §5.2.4 does; null when `..` climbs above the root. */
function parsePath(text: string): string[] | null {
  const path: string[] = []
  for (const segment of text.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') path.push(segment)
    else if (path.pop() === undefined) return null
  }
  return path
}

/** `host/owner/name`, `https://host/owner/name.git`, `git@host:owner/name.git`, or `owner/name` without a host. */
function parseRepository(value: string): Place | null {
  const form =
    /^(?:git|https?|ssh):\/\/(?:git@)?([^/@:\s]+)\/(.+)$/i.exec(value) ??
    /^git@([^/@:\s]+):(.+)$/i.exec(value)
  const [first = '', ...rest] = value.split('/')
  const hostText = form?.[1] ?? (first.includes('.') && rest.length > 0 ? first : '')
  const pathText = form?.[2] ?? (hostText === '' ? value : rest.join('/'))
  const host = hostText === '' ? '' : parseHostName(hostText)?.name
  if (host === undefined) return null
  const segments = pathText
    .replace(/\/$/, '')
    .replace(/\.git$/i, '')
    .split('/')
  if (!segments.every((segment) => REPOSITORY_SEGMENT.test(segment))) return null
  if (host === '' && segments.length < 2) return null
  return {
    kind: 'repository',
    host,
    path: CASELESS_FORGES.has(host) ? segments.map((s) => s.toLowerCase()) : segments,
  }
}
