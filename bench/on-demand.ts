/**
 * Programs that are measured or driven but are no dependency of this repository.
 *
 * Installed when asked for, at one exact version, without install scripts, into the user's cache directory.
 * When that is not possible (no network, no space) the caller prints the reason and goes on without.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

const INSTALL_MS_MAX = 240_000

export interface OnDemandPackage {
  readonly name: string
  readonly version: string
  /** Exact versions of transitive packages, where the newest ones do not work. */
  readonly overrides?: Readonly<Record<string, string>>
}

export type Installed = { readonly dir: string } | { readonly skipped: string }

/** Returns the directory that holds `node_modules` with the package, installing it when it is not there yet. */
export async function installOnDemand(wanted: OnDemandPackage): Promise<Installed> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'sekisho')
  const dir = join(cache, `${wanted.name.replaceAll(/[@/]/g, '-').replace(/^-/, '')}-${wanted.version}`)
  if (existsSync(join(dir, 'node_modules', wanted.name, 'package.json'))) return { dir }
  // Installed beside and renamed into place, so that an interrupted install is never taken for a whole one.
  const building = `${dir}.${process.pid}`
  try {
    await mkdir(building, { recursive: true })
    const dependencies = { [wanted.name]: wanted.version }
    await writeFile(
      join(building, 'package.json'),
      JSON.stringify({ private: true, dependencies, overrides: wanted.overrides ?? {} }),
    )
    await npmInstall(building)
    await rm(dir, { recursive: true, force: true })
    await rename(building, dir)
    return { dir }
  } catch (error) {
    await rm(building, { recursive: true, force: true })
    return { skipped: `${wanted.name}@${wanted.version} could not be installed: ${(error as Error).message}` }
  }
}

function npmInstall(cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    const child = spawn('npm', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], timeout: INSTALL_MS_MAX })
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(errors.trim().split('\n').at(-1) ?? '')),
    )
  })
}
