/** Key files on the command line: `--key FILE`, once or more. Private keys are read here and nowhere sent. */
import path from 'node:path'
import { type KeyFile, readKeyFile } from '../identity/index.ts'
import type { Arguments, CliContext, OptionSpec } from './command.ts'
import { CliError } from './error.ts'

export type Signer = KeyFile

/** Not `required`: `--token` or `--dry-run` may stand in for it. */
export const KEY_OPTION: Readonly<Record<string, OptionSpec>> = {
  key: { value: 'FILE', doc: 'key file of the signer; default $SEKISHO_KEY' },
}

export const KEYS_OPTION: Readonly<Record<string, OptionSpec>> = {
  key: { value: 'FILE', doc: 'key file of a signer; default $SEKISHO_KEY', multiple: true },
}

/** @throws {CliError} `cli_key_file` {IdentityError} `programme_key_file_malformed` */
export function readSigner(args: Arguments, context: CliContext): Signer {
  return readSigners(args, context)[0]
}

/** @throws {CliError} `cli_key_file` {IdentityError} `programme_key_file_malformed` */
export function readSigners(args: Arguments, context: CliContext): readonly [Signer, ...Signer[]] {
  const given = args.values('key')
  const files = given.length > 0 ? given : [context.env.SEKISHO_KEY].filter((file) => file !== undefined)
  const [first, ...others] = files.map((file) => read(file, context))
  if (first !== undefined) return [first, ...others]
  throw new CliError(
    'cli_key_file',
    'whose key signs? say `--key FILE`; sample keys are in `.sekisho/sample-keys`',
  )
}

function read(file: string, context: CliContext): Signer {
  try {
    return readKeyFile(path.resolve(context.cwd, file))
  } catch (cause) {
    if (
      !(
        cause instanceof Error &&
        'code' in cause &&
        typeof cause.code === 'string' &&
        cause.code.startsWith('E')
      )
    )
      throw cause
    throw new CliError('cli_key_file', `cannot read the key file \`${file}\` (${cause.code})`, { cause })
  }
}
