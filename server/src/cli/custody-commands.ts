/** `custody …`: keys that epochs are wrapped to, and opening an epoch with them. Private halves never leave this side. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseWrappedKey, type WrappedKey } from 'sekisho-verify'
import {
  combine,
  makeCustodyKey,
  openAsInstitution,
  openShares,
  readCustodyKey,
  type SeatShares,
} from '../custody/index.ts'
import { CREDENTIAL_OPTIONS, openAdmin } from './admin-session.ts'
import type { Arguments, CliContext, Command } from './command.ts'
import { CliError, EXIT, usageError } from './error.ts'
import { memberOf, numberMember, textMember } from './server-call.ts'
import { columns } from './show.ts'

const CUSTODY_KEY = { 'custody-key': { value: 'FILE', doc: 'custody key file', required: true } } as const
const WRAPPED = {
  wrapped: {
    value: 'FILE',
    doc: 'a wrapped key out of an evidence pack or a backup, instead of asking the server',
  },
} as const
const OUT = { out: { value: 'FILE', doc: 'where it goes, mode 0600', required: true } } as const

export const custodyCommands: readonly Command[] = [
  {
    name: 'custody keygen',
    summary: 'make a custody key; prints the statement that names it',
    operands: ['OWNER_ID'],
    options: { kind: { value: 'KIND', doc: '`institution` or `custodian`', required: true }, ...OUT },
    examples: [
      'sekisho custody keygen mufg --kind institution --out mufg-custody.json > body.json',
      'sekisho statement sign body.json --key DIRECTORY_KEY.json > signed.json && sekisho statement submit signed.json',
    ],
    notes:
      'Keep the file away from the gateway. Who holds it reads the epochs that were wrapped to it; who loses it needs the custodians.',
    async run(args, context) {
      const kind = args.value('kind')
      if (kind !== 'institution' && kind !== 'custodian')
        throw usageError('`--kind` is `institution` or `custodian`')
      const owner = { kind, id: args.operand(0) } as const
      const made = makeCustodyKey(path.resolve(context.cwd, args.required('out')), owner)
      context.out(JSON.stringify({ type: 'custody.key', owner, public: made.public }))
      return EXIT.ok
    },
  },
  {
    name: 'custody list',
    summary: 'list epoch keys: whose, which month, and whether the server still holds them in clear',
    operands: [],
    options: CREDENTIAL_OPTIONS,
    examples: ['sekisho custody list --key KEYS/mufg-lead.json'],
    async run(args, context) {
      const { json } = await (await openAdmin(args, context)).get('/v1/custody')
      const keys = memberOf(json, 'keys')
      const rows = (Array.isArray(keys) ? keys : []).map((key: unknown) => [
        String(numberMember(key, 'number')),
        textMember(key, 'owner'),
        String(numberMember(key, 'epoch')),
        memberOf(key, 'held') === true ? 'held' : 'wrapped only, or destroyed',
      ])
      context.out(columns([['number', 'owner', 'month', 'here'], ...rows]))
      return EXIT.ok
    },
  },
  {
    name: 'custody share',
    summary: 'as a custodian: open your shares of one epoch key, for whoever puts them together',
    operands: ['NUMBER'],
    options: { ...CUSTODY_KEY, ...WRAPPED, ...OUT, ...CREDENTIAL_OPTIONS },
    examples: [
      'sekisho custody share 3 --custody-key jp_custodian.json --key KEYS/jp.json --out share-jp.json',
    ],
    async run(args, context) {
      const wrapped = await wrappedKey(args, context)
      const { number, seat, shares } = openShares(wrapped, custodyKey(args, context))
      const encoded = Object.fromEntries(
        Object.entries(shares).map(([group, share]) => [group, share.toString('base64')]),
      )
      write(args, context, { number, seat, shares: encoded })
      context.err(`shares of \`${seat}\` in key ${number} of ${wrapped.owner}: hand them over confidentially`)
      return EXIT.ok
    },
  },
  {
    name: 'custody open',
    summary: 'open an epoch key, as the institution or with the shares of enough custodians',
    operands: ['NUMBER'],
    options: {
      'custody-key': { value: 'FILE', doc: 'custody key of the institution' },
      share: { value: 'FILE', doc: 'shares of a custodian; as many as the threshold', multiple: true },
      ...WRAPPED,
      ...OUT,
      ...CREDENTIAL_OPTIONS,
    },
    examples: [
      'sekisho custody open 3 --custody-key mufg-custody.json --key KEYS/mufg-lead.json --out epoch-3.json',
      'sekisho custody open 3 --share share-jp.json --share share-us.json --key KEYS/jp.json --out epoch-3.json',
    ],
    notes:
      'What it writes reads an institution’s whole month. `sekisho disclose --epoch-keys FILE` lends it for one pack; delete it after.',
    async run(args, context) {
      const wrapped = await wrappedKey(args, context)
      const given = args.values('share')
      const key =
        args.value('custody-key') !== undefined
          ? openAsInstitution(wrapped, custodyKey(args, context))
          : combine(
              wrapped,
              given.map((file) => sharesOf(file, context)),
            )
      write(args, context, { keys: [{ number: wrapped.number, key: key.toString('base64') }] })
      context.err(`key ${wrapped.number} of ${wrapped.owner}, ${wrapped.epoch}, is in ${args.value('out')}`)
      return EXIT.ok
    },
  },
]

async function wrappedKey(args: Arguments, context: CliContext): Promise<WrappedKey> {
  const number = args.operand(0)
  if (!/^[1-9]\d{0,9}$/.test(number)) throw usageError('`NUMBER` is one that `sekisho custody list` shows')
  const file = args.value('wrapped')
  const bytes =
    file === undefined
      ? (await (await openAdmin(args, context)).get(`/v1/custody/${number}`)).bytes
      : readFileSync(path.resolve(context.cwd, file))
  const wrapped = parseWrappedKey(bytes, file ?? `key ${number}`)
  if (wrapped.number === Number(number)) return wrapped
  throw new CliError('cli_file', `that is key ${wrapped.number}, not key ${number}`)
}

function custodyKey(args: Arguments, context: CliContext) {
  return readCustodyKey(path.resolve(context.cwd, args.required('custody-key'))).private
}

function sharesOf(file: string, context: CliContext): SeatShares {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path.resolve(context.cwd, file), 'utf8'))
  } catch (cause) {
    throw new CliError('cli_file', `\`${file}\` cannot be read as shares`, { cause })
  }
  const shares = Object.entries((memberOf(value, 'shares') ?? {}) as Readonly<Record<string, unknown>>) // each is checked next
  return {
    number: numberMember(value, 'number'),
    seat: textMember(value, 'seat'),
    shares: Object.fromEntries(
      shares.map(([group, share]) => [group, Buffer.from(typeof share === 'string' ? share : '', 'base64')]),
    ),
  }
}

function write(args: Arguments, context: CliContext, value: unknown): void {
  writeFileSync(path.resolve(context.cwd, args.required('out')), `${JSON.stringify(value)}\n`, {
    mode: 0o600,
    flag: 'wx',
  })
}
