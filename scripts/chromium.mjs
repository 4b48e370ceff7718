/**
 * A Chromium for the browser tests: the one that is there, else Debian's, where this process may install packages.
 *
 * Without one the tests that need it say so and are skipped; in CI (variable `CI`) they fail.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { runChild } from './child.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']
const PACKAGES = ['chromium', 'fonts-noto-cjk']

export async function ensureChromium(env) {
  const named = env.SEKISHO_CHROMIUM
  const found = [named, ...NAMES].find((name) => name && spawnSync(name, ['--version']).status === 0)
  if (found !== undefined || !existsSync('/etc/debian_version') || process.getuid?.() !== 0) return
  console.log(`installing ${PACKAGES.join(' and ')} for the browser tests …`)
  const options = {
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  }
  const updated = await runChild('apt-get', ['update', '-q'], options)
  const code =
    updated === 0
      ? await runChild('apt-get', ['install', '-yq', '--no-install-recommends', ...PACKAGES], options)
      : updated
  if (code !== 0)
    console.log('note: Chromium could not be installed; the browser tests say what they do without it')
}
