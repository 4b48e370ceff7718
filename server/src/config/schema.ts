/**
 * Every setting there is, with its default and its reason. Spec: docs/spec/config.md.
 *
 * Units stand at the end of names. What can be changed while the server runs is not here: it is a signed
 * statement in the ledger.
 */
import { isIP } from 'node:net'
import { type ListenAddress, parseListenAddress } from './address.ts'
import {
  choice,
  filePath,
  flag,
  integer,
  list,
  object,
  optionalFilePath,
  optionalText,
  parsed,
  type ReadBy,
  secret,
  text,
  textMap,
} from './reader.ts'

const MIB = 1024 * 1024

/** A rehearsed stream lasts about a second, as a model's would: long enough to be stopped in the middle. */
export const REHEARSAL_CHUNK_DELAY_MS = 20

const listener = (port: number, doc: string) =>
  parsed<ListenAddress>({
    doc,
    default: { host: '127.0.0.1', port },
    shown: `127.0.0.1:${port}`,
    standIn: { host: '127.0.0.1', port },
    parse: parseListenAddress,
  })

const checkUrl = (value: string): string | null => {
  const url = URL.canParse(value) ? new URL(value) : null
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return 'must be an http or https URL'
  return url.username === '' && url.password === '' ? null : 'must not hold credentials'
}

const checkId = (value: string): string | null =>
  /^[a-z0-9][a-z0-9._-]{0,63}$/.test(value)
    ? null
    : 'must be 1 to 64 of `a-z 0-9 . _ -`, beginning with a letter or digit'

const checkHost = (value: string): string | null =>
  /^[A-Za-z0-9.-]{1,253}$/.test(value) ? null : 'must be a host name without a port'

const checkNameServer = (value: string): string | null => {
  const [, host] = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(value) ??
    /^([\d.]+):\d{1,5}$/.exec(value) ?? [value, value]
  return isIP(host ?? '') === 0 ? 'must be an IP address, or an address and a port' : null
}

const checkOrigin = (value: string): string | null =>
  /^[^\s+]{1,200}$/.test(value)
    ? null
    : 'must be text without spaces and plus signs, e.g. `sekisho.example/jp-1`'

const checkHeader = (key: string): string | null => {
  if (!/^[a-z0-9-]+$/.test(key)) return 'must be a lower-case header name'
  return ['authorization', 'x-api-key', 'host', 'cookie'].includes(key) ? 'is set by the server itself' : null
}

const upstream = object({
  doc: 'One model server.',
  of: {
    id: text({ doc: 'Name that the model catalogue refers to.', check: checkId }),
    kind: choice({ doc: 'What it speaks.', of: ['rehearsal', 'openai', 'anthropic', 'openai_compatible'] }),
    baseUrl: optionalText({
      doc: 'Address with the path prefix; required for `openai_compatible`.',
      check: checkUrl,
    }),
    apiKey: secret({ doc: 'Credential; never leaves the server except to this upstream.' }),
    dialects: list({
      doc: 'Dialects an `openai_compatible` server speaks; empty is the default for its kind.',
      of: choice({ doc: 'A dialect.', of: ['responses', 'chat', 'messages'] }),
      max: 3,
    }),
    headers: textMap({ doc: 'Fixed extra headers, e.g. `openai-project`.', keyCheck: checkHeader }),
    connectTimeoutMs: integer({ doc: 'Until a connection stands.', default: 5_000, min: 10, max: 120_000 }),
    headTimeoutMs: integer({
      doc: 'From the request sent to the head of the answer.',
      default: 600_000,
      min: 10,
      max: 3_600_000,
    }),
    idleTimeoutMs: integer({
      doc: 'Longest silence inside an answer.',
      default: 120_000,
      min: 10,
      max: 3_600_000,
    }),
    connectionsMax: integer({ doc: 'Connections to it.', default: 256, min: 1, max: 10_000 }),
    chunkDelayMs: integer({
      doc: 'Pause between the pieces of a streamed answer; for kind `rehearsal` only.',
      default: REHEARSAL_CHUNK_DELAY_MS,
      min: 0,
      max: 10_000,
    }),
  },
})

/** The whole file. */
export const CONFIG_SCHEMA = object({
  doc: 'The configuration of one server.',
  of: {
    listen: object({
      doc: 'Where the server listens. Only loopback addresses are accepted with sample keys.',
      of: {
        gateway: listener(8787, 'Model traffic of clients.'),
        admin: listener(8788, 'Administration, health and metrics.'),
        console: listener(8789, 'Pages for people, and the public ledger.'),
        hostNames: list({
          doc: 'Names, besides the listening addresses, that a `Host` header may carry.',
          of: text({ doc: 'A host name.', check: checkHost }),
          max: 64,
        }),
      },
    }),
    consoleUrl: optionalText({
      doc: 'Address of the console as people see it, shown in refusals. None is the console listener itself.',
      check: checkUrl,
    }),
    dataDir: filePath({
      doc: 'Ledger, keys, embedded database: everything that must be backed up.',
      default: '.sekisho',
    }),
    agreement: filePath({
      doc: 'The agreement in force at the start.',
      default: 'agreements/us-japan-2026/agreement.md',
    }),
    models: filePath({ doc: 'The model catalogue.', default: 'server/models.yaml' }),
    tools: optionalFilePath({
      doc: 'Tools offered over MCP at `/mcp` (docs/spec/tool.md §2). None offers none.',
    }),
    programme: object({
      doc: 'The programme this server serves.',
      of: {
        id: text({
          doc: 'Name that every signed statement must carry.',
          default: 'us-japan-2026',
          check: checkId,
        }),
        sample: flag({
          doc: 'Found the sample programme on an empty ledger. Its keys are public: loopback only.',
          default: false,
        }),
      },
    }),
    database: object({
      doc: 'PostgreSQL. The variable `DATABASE_URL` goes before both.',
      of: {
        kind: choice({
          doc: 'The embedded server below `dataDir`, or one of your own.',
          of: ['embedded', 'url'],
          default: 'embedded',
        }),
        url: secret({ doc: 'Connection URL, for kind `url`.' }),
        connectionsMax: integer({ doc: 'Connections in the pool.', default: 8, min: 1, max: 100 }),
        statementTimeoutMs: integer({
          doc: 'Longest a statement may take.',
          default: 5_000,
          min: 100,
          max: 600_000,
        }),
      },
    }),
    upstreams: list({ doc: 'Model servers. None is one `rehearsal`.', of: upstream, max: 64 }),
    limits: object({
      doc: 'Limits on what a client may send.',
      of: {
        bodyBytesMax: integer({ doc: 'Largest request body.', default: 4 * MIB, min: 1024, max: 64 * MIB }),
        headTimeoutMs: integer({
          doc: 'Until a request head is complete.',
          default: 10_000,
          min: 100,
          max: 120_000,
        }),
        bodyTimeoutMs: integer({
          doc: 'Until a request body is complete.',
          default: 30_000,
          min: 100,
          max: 600_000,
        }),
        answerBytesMax: integer({
          doc: 'Largest answer relayed; each is kept whole, encrypted, in the ledger.',
          default: 8 * MIB,
          min: 65_536,
          max: 64 * MIB,
        }),
        concurrencyMax: integer({
          doc: 'Requests under way at once; more are answered 503.',
          default: 1024,
          min: 1,
          max: 100_000,
        }),
        actorExchangesMax: integer({
          doc: 'Exchanges one person or service may have open at once, over all gateway processes; more are answered 429.',
          default: 64,
          min: 1,
          max: 10_000,
        }),
        connectionsMax: integer({ doc: 'Connections of clients.', default: 4096, min: 1, max: 100_000 }),
      },
    }),
    dns: object({
      doc: 'Name servers that are asked for the addresses of names in scope.',
      of: {
        servers: list({
          doc: 'Addresses of name servers, e.g. `192.0.2.53`. None looks nothing up: names are compared by structure.',
          of: text({ doc: 'An address.', check: checkNameServer }),
          max: 8,
        }),
        timeoutMs: integer({
          doc: 'Longest wait for one answer of one name server.',
          default: 1_000,
          min: 10,
          max: 30_000,
        }),
      },
    }),
    guard: object({
      doc: 'The guard over streamed answers.',
      of: {
        heldBytesMax: integer({
          doc: 'Bytes held back before a stream is cut.',
          default: MIB,
          min: 1024,
          max: 16 * MIB,
        }),
        canaries: list({
          doc: 'Strings that must never leave, 8 to 256 characters.',
          of: parsed<string>({
            doc: 'A canary.',
            standIn: '',
            secret: true,
            parse: (value) =>
              value.length >= 8 && value.length <= 256
                ? { ok: true, value }
                : { ok: false, wrong: 'must be 8 to 256 characters' },
          }),
          max: 1000,
        }),
        tiers: object({
          doc: 'The guard by tier of the model that answers.',
          of: {
            rehearsal: guardOfTier(),
            standard: guardOfTier(),
            blue: guardOfTier(),
            red: guardOfTier(),
            critical: guardOfTier(),
          },
        }),
        refusalHours: integer({
          doc: 'How long a cut, or a refusal by the provider, repeats for the same content.',
          default: 24,
          min: 1,
          max: 8760,
        }),
      },
    }),
    ledger: object({
      doc: 'The ledger.',
      of: {
        origin: text({
          doc: 'Name of the log in its checkpoints. Never changed once the first entry is written.',
          default: 'sekisho.example/sample',
          check: checkOrigin,
        }),
        checkpointIntervalMs: integer({
          doc: 'Longest an entry waits for a signed checkpoint.',
          default: 1000,
          min: 20,
          max: 60_000,
        }),
        policy: optionalFilePath({
          doc: 'Trust policy (c2sp.org/tlog-policy) with the witnesses asked and their quorum. None asks no witness.',
        }),
        witnessTimeoutMs: integer({
          doc: 'Longest one witness is waited for.',
          default: 2_000,
          min: 50,
          max: 60_000,
        }),
        witnessDeadlineMs: integer({
          doc: 'Longest a T3 receipt waits for the quorum.',
          default: 5_000,
          min: 100,
          max: 120_000,
        }),
      },
    }),
    workers: integer({
      doc: 'Gateway processes beside the main one, at most 16; 0 serves in the main process. Limits hold for each.',
      default: 0,
      min: 0,
      max: 16,
    }),
    metrics: object({
      doc: 'Who may read `/metrics` on the admin listener. Figures only: no ids of persons, sessions or decisions.',
      of: {
        access: choice({
          doc: 'Everyone who reaches the listener, or holders of `metrics.token` and of credentials of administration.',
          of: ['open', 'credential'],
          default: 'open',
        }),
        token: secret({ doc: 'What a scraper sends as `Authorization: Bearer …`.' }),
      },
    }),
    shutdownGraceMs: integer({
      doc: 'How long open streams may finish after SIGTERM.',
      default: 10_000,
      min: 0,
      max: 600_000,
    }),
    logging: object({
      doc: 'Log lines: JSON on standard error.',
      of: {
        level: choice({
          doc: 'Least important line written.',
          of: ['fatal', 'error', 'warn', 'info', 'debug'],
          default: 'info',
        }),
      },
    }),
  },
})

/** The file of `sekisho witness`. */
export const WITNESS_SCHEMA = object({
  doc: 'The configuration of one witness.',
  of: {
    name: text({
      doc: 'Name of its keys: a URL without scheme that nobody else uses.',
      check: checkOrigin,
    }),
    listen: listener(7380, 'Submissions and monitoring.'),
    dataDir: filePath({
      doc: 'Keys and the record of what was cosigned. Never put back from a copy.',
      default: '.sekisho-witness',
    }),
    algorithms: list({
      doc: 'Kinds of cosignature, a key for each; none is both.',
      of: choice({ doc: 'A kind.', of: ['ed25519', 'ml-dsa-44'] }),
      max: 2,
    }),
    logs: list({
      doc: 'Logs it cosigns.',
      of: object({
        doc: 'One key of a log.',
        of: {
          key: text({ doc: 'Verifier key; its name is the origin. Several of one origin are all trusted.' }),
        },
      }),
      max: 1000,
    }),
  },
})

export type WitnessConfig = ReadBy<typeof WITNESS_SCHEMA>
/** Every setting, read and in range. */
export type Config = ReadBy<typeof CONFIG_SCHEMA>
/** One model server as configured. */
export type ConfiguredUpstream = ReadBy<typeof upstream>

/** One tier's window and hold-back. */
function guardOfTier() {
  return object({
    doc: 'Window and hold-back of one tier.',
    of: {
      windowBytes: integer({
        doc: 'Bytes held back before a stream is cut; 0 is `guard.heldBytesMax`.',
        default: 0,
        min: 0,
        max: 16 * MIB,
      }),
      holdBackChars: integer({
        doc: 'Characters always held back, at least 128, so that numbers of people are found before they leave; 0 reads for secrets only.',
        default: 0,
        min: 0,
        max: 65_536,
      }),
    },
  })
}
