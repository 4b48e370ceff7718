/** Finds a Node that runs TypeScript: the one that npm installed here, else the one that is running. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

const MAJOR_MIN = 24

/** @throws {Error} saying what to do when there is none */
export function findNode(root) {
  const own = path.join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  // Present is not enough: the package is built for glibc, and Alpine has another.
  if (existsSync(own) && majorOf(own) >= MAJOR_MIN) return own
  if (Number(process.versions.node.split('.')[0]) >= MAJOR_MIN) return process.execPath
  throw new Error(
    `Node ${MAJOR_MIN} or newer is needed and this is ${process.version}. On Linux with glibc (x64, arm64) \`npm ci\` brings it; ` +
      'elsewhere install it from https://nodejs.org and run this again.',
  )
}

function majorOf(file) {
  const result = spawnSync(file, ['--version'], { encoding: 'utf8' })
  return Number(/^v(\d+)\./.exec(result.stdout ?? '')?.[1] ?? 0)
}
