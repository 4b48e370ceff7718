/**
 * The `test` verb: types, style, the verifier's build, and every test file, on one shared PostgreSQL.
 *
 * Ends with exactly one line, `N passed, N failed` and `, N skipped` where some were; a check that did not
 * run is never a pass. A skipped test is named with its reason.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { runChild } from './child.mjs'
import { ensureChromium } from './chromium.mjs'
import { installDebianPackages } from './debian.mjs'

const TEST_FILES = ['verify/**/*.test.ts', 'server/**/*.test.ts', 'bench/**/*.test.ts']
const TEST_TIMEOUT_MS = 240_000
/** A failed test may leave a server running, and its file then never ends. */
const RUN_TIMEOUT_MS = 15 * 60_000

export async function runTests(context, words) {
  const { root, env } = context
  const files = words.filter((word) => !word.startsWith('-'))
  const whole = files.length === 0
  const total = { passed: 0, failed: 0, skipped: 0 }
  const check = async (name, argv) => {
    const started = Date.now()
    const code = await runChild(path.join(root, 'node_modules/.bin', argv[0]), argv.slice(1), {
      cwd: root,
      env,
    })
    total[code === 0 ? 'passed' : 'failed'] += 1
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${Date.now() - started} ms)`)
  }
  if (whole) {
    await ensureChromium(env)
    const missing = installDebianPackages()
    if (missing.length > 0) console.log(`not installed, their tests are skipped: ${missing.join(' ')}`)
    await check('types', ['tsc', '-p', 'tsconfig.json'])
    await check('style', ['biome', 'check', '--diagnostic-level=warn', '--error-on-warnings', '.'])
    await check('build of sekisho-verify', ['tsc', '-p', 'verify/tsconfig.build.json'])
  }
  const counted = await runFiles(
    context,
    whole ? TEST_FILES : files,
    words.filter((word) => word.startsWith('-')),
  )
  const sum = (key) => total[key] + counted[key]
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''
  console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped}`)
  return sum('failed') === 0 ? 0 : 1
}

/** Runs test files; figures come from the reporter, and a runner that dies without them is a failure. */
async function runFiles(context, files, flags) {
  const { root, env, nodePath } = context
  const scratch = mkdtempSync(path.join(tmpdir(), 'sekisho-tests-'))
  const database = await startDatabase(context, path.join(scratch, 'postgres'))
  const summary = path.join(scratch, 'summary.json')
  const argv = [
    ...[
      '--conditions=sekisho-source',
      '--disable-warning=ExperimentalWarning',
      '--test',
      '--test-concurrency=2',
    ],
    ...[
      `--test-timeout=${TEST_TIMEOUT_MS}`,
      `--test-reporter=${path.join(root, 'scripts/test-reporter.mjs')}`,
    ],
    ...['--test-reporter-destination=stdout', ...flags, ...files],
  ]
  try {
    const extra = {
      SEKISHO_TEST_SUMMARY: summary,
      ...(database === null ? {} : { SEKISHO_TEST_DATABASE_URL: database.url }),
    }
    const code = await runChild(nodePath, argv, {
      cwd: root,
      env: { ...env, ...extra },
      timeout: RUN_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    })
    const counted = JSON.parse(readFileSync(summary, 'utf8'))
    if (code !== 0 && counted.failed === 0) counted.failed = 1
    return counted
  } catch (error) {
    console.log(`FAIL the test runner ended without a summary: ${error.message}`)
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    await database?.stop()
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** One PostgreSQL for the whole run; without it each test file starts its own. */
async function startDatabase({ root, nodePath, env }, directory) {
  const argv = ['--conditions=sekisho-source', 'server/src/storage/testing-server.ts', directory]
  const child = spawn(nodePath, argv, { cwd: root, env, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  for await (const line of createInterface({ input: child.stdout })) {
    return {
      url: line,
      stop() {
        child.stdin.end()
        return ended
      },
    }
  }
  console.log('note: the shared test database did not start; test files start their own')
  return null
}
