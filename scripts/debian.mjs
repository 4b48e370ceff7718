/**
 * Debian packages that some tests need: installed where that can be done, named where it cannot.
 *
 * Without them the tests that need them are skipped and say why; nothing else depends on them.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Package to a file it brings. */
const PACKAGES = {
  bubblewrap: '/usr/bin/bwrap',
  chromium: '/usr/bin/chromium',
  'fonts-noto-cjk': '/usr/share/doc/fonts-noto-cjk/copyright',
  z3: '/usr/bin/z3',
  cvc5: '/usr/bin/cvc5',
}
const INSTALL_TIMEOUT_MS = 5 * 60_000

/** Installs what is missing; returns the packages that are still not there. */
export function installDebianPackages() {
  const missing = missingPackages()
  if (missing.length === 0) return []
  const apt = aptCommand()
  if (apt === null) return missing
  console.log(`installing for tests: ${missing.join(' ')}`)
  const run = (...words) =>
    spawnSync(apt[0], [...apt.slice(1), '-q', ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: INSTALL_TIMEOUT_MS,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  const install = (names) => run('install', '-y', '--no-install-recommends', ...names).status === 0
  if (!install(missing)) {
    run('update')
    // One by one: a package that this release does not have is not to keep the others away.
    if (!install(missing)) for (const name of missing) install([name])
  }
  return missingPackages()
}

function missingPackages() {
  return Object.keys(PACKAGES).filter((name) => !existsSync(PACKAGES[name]))
}

/** apt-get as root, or by sudo without a password; null where neither works. */
function aptCommand() {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return null
  if (process.getuid() === 0) return ['apt-get']
  try {
    execFileSync('sudo', ['-n', 'true'], { stdio: 'ignore' })
    return ['sudo', '-n', 'apt-get']
  } catch {
    return null
  }
}
