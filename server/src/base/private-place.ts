/**
 * Directories and files that nobody but their owner may touch: data, ledger, keys.
 *
 * Threat: a data directory that was made by hand, unpacked from a backup or created under a lax umask, so that another
 * account of the machine reads keys or replaces them. What exists is never mended silently: whoever opened it
 * up should know, so it is refused with the command to run.
 */
import { chmodSync, mkdirSync, statSync } from 'node:fs'

/** Codes are API: add, never rename. */
export type PlaceErrorCode = 'place_exposed' | 'place_foreign' | 'place_no_directory'

/** A place that others can touch, or that is not what it should be; the message holds the command that mends it. */
export class PlaceError extends Error {
  override readonly name = 'PlaceError'
  readonly code: PlaceErrorCode
  constructor(code: PlaceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

const DIRECTORY_MODE = 0o700
const OTHERS = 0o077

/**
 * Makes the directory with mode 0700 whatever the umask, or checks the one that is there.
 *
 * @throws {PlaceError} `place_exposed`, `place_foreign`, `place_no_directory`
 */
export function openPrivateDirectory(directory: string): void {
  if (existsAsFile(directory)) {
    throw new PlaceError(
      'place_no_directory',
      `\`${directory}\` is a file: name a directory, or move the file away`,
    )
  }
  const made = mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE })
  // A umask takes bits away from what `mkdir` is told; the directory just made is ours to set.
  if (made !== undefined) chmodSync(directory, DIRECTORY_MODE)
  const { mode, uid } = statSync(directory)
  refuseForeign(directory, uid)
  if ((mode & OTHERS) === 0) return
  throw new PlaceError(
    'place_exposed',
    `\`${directory}\` can be entered by other accounts of this machine (mode ${octal(mode)}): run \`chmod 700 ${quoted(directory)}\``,
  )
}

/**
 * That nobody else may read or write the file.
 *
 * @throws {PlaceError} `place_exposed`, `place_foreign`; what `stat` throws when it is not there
 */
export function checkPrivateFile(file: string): void {
  const { mode, uid } = statSync(file)
  refuseForeign(file, uid)
  if ((mode & OTHERS) === 0) return
  throw new PlaceError(
    'place_exposed',
    `\`${file}\` holds a secret and is open to other accounts of this machine (mode ${octal(mode)}): run \`chmod 600 ${quoted(file)}\``,
  )
}

/** Whoever owns a place can open it up again. Root may use what others own: it hands files out. */
function refuseForeign(place: string, uid: number): void {
  const own = process.getuid?.()
  if (own === undefined || own === 0 || uid === own) return
  throw new PlaceError(
    'place_foreign',
    `\`${place}\` belongs to another account (uid ${uid}): run \`chown ${own} ${quoted(place)}\` as root`,
  )
}

const existsAsFile = (place: string): boolean =>
  statSync(place, { throwIfNoEntry: false })?.isDirectory() === false

const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(4, '0')

/** For a shell: single quotes unless there is nothing to quote. */
function quoted(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
