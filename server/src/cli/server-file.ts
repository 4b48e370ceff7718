/**
 * Finds the server that runs here: `server.json` in its data directory says where it listens.
 *
 * A server that was killed leaves its file behind; one whose process is gone is not believed.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { loadConfigFile } from '../config/index.ts'
import type { Arguments, CliContext } from './command.ts'

export interface AnnouncedServer {
  readonly admin: string
  readonly gateway: string | null
  /** The file that says so. */
  readonly file: string
}

/** @throws {ConfigError} when `--config` names a file that is not good */
export function findServer(args: Arguments, context: CliContext): AnnouncedServer | null {
  for (const directory of dataDirectories(args, context)) {
    const file = path.join(directory, 'server.json')
    const found = readAnnouncement(file)
    if (found !== null) return { ...found, file }
  }
  return null
}

function dataDirectories(args: Arguments, context: CliContext): readonly string[] {
  const config = args.value('config')
  if (config !== undefined) {
    const options = { root: context.root, env: context.env }
    return [loadConfigFile(path.resolve(context.cwd, config), options).config.dataDir]
  }
  return [...new Set([context.cwd, context.root].map((directory) => path.join(directory, '.sekisho')))]
}

/** Null for no file, a torn one, or one that a process left that is gone. */
function readAnnouncement(file: string): Omit<AnnouncedServer, 'file'> | null {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || !('admin' in value) || !('pid' in value)) return null
  const { admin, pid } = value
  if (typeof admin !== 'string' || typeof pid !== 'number' || !isAlive(pid)) return null
  return { admin, gateway: 'gateway' in value && typeof value.gateway === 'string' ? value.gateway : null }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, under another account.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
