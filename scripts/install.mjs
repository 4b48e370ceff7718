/** Runs `npm ci` when `node_modules` is missing or does not match the lockfile. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { runChild } from './child.mjs'

export async function ensureInstalled(root) {
  const reason = whyStale(root)
  if (reason === null) return
  console.error(`installing dependencies (${reason}) …`)
  // Under `npm run` this is the npm that is running; otherwise the one on the path.
  const npm = process.env.npm_execpath
  const ci = ['ci', '--no-audit', '--no-fund']
  const code =
    npm === undefined
      ? await runChild('npm', ci, { cwd: root })
      : await runChild(process.execPath, [npm, ...ci], { cwd: root })
  if (code !== 0) throw new Error('`npm ci` failed; its output above says why')
}

/** Compares npm's record of what it installed with the lockfile; null when they agree. */
function whyStale(root) {
  const wanted = packagesIn(path.join(root, 'package-lock.json'))
  const installed = packagesIn(path.join(root, 'node_modules', '.package-lock.json'))
  if (installed === null) return 'none are installed'
  if (wanted === null)
    throw new Error(
      '`package-lock.json` is missing or broken: restore it with `git checkout package-lock.json`',
    )
  for (const [name, entry] of Object.entries(wanted)) {
    if (!name.startsWith('node_modules/') || entry.link === true) continue
    const has = installed[name]
    // Optional packages for other platforms are rightly absent.
    if (has === undefined && entry.optional !== true) return `${name} is missing`
    if (has !== undefined && has.version !== entry.version) return `${name} has another version`
  }
  return null
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? null
  } catch {
    return null
  }
}
