/**
 * Reports a test run: a line a file while it goes, every failure and every skip at the end, figures to a file.
 *
 * Counts tests, not suites; a file that breaks before its first test counts as one failure.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { inspect } from 'node:util'

export default async function* report(source) {
  const files = new Map()
  const failures = []
  const skips = []
  const total = { passed: 0, failed: 0, skipped: 0 }
  const fileOf = (data) => path.relative(process.cwd(), data.file ?? '')
  for await (const { type, data } of source) {
    if (type === 'test:stderr' || type === 'test:stdout') yield indent(data.message)
    if (type === 'test:summary' && data.file !== undefined)
      yield fileLine(files, fileOf(data), data.duration_ms)
    if (type !== 'test:pass' && type !== 'test:fail') continue
    if (data.details?.type === 'suite') continue
    const outcome =
      data.skip !== undefined || data.todo !== undefined
        ? 'skipped'
        : type === 'test:pass'
          ? 'passed'
          : 'failed'
    total[outcome] += 1
    const counts = files.get(fileOf(data)) ?? { passed: 0, failed: 0, skipped: 0 }
    counts[outcome] += 1
    files.set(fileOf(data), counts)
    if (outcome === 'failed')
      failures.push(`${fileOf(data)}: ${data.name}\n${indent(describe(data.details?.error))}`)
    if (outcome === 'skipped') skips.push(`skip ${fileOf(data)}: ${data.name} (${reasonOf(data)})\n`)
  }
  yield* skips
  for (const failure of failures) yield `\nFAIL ${failure}`
  if (process.env.SEKISHO_TEST_SUMMARY) writeFileSync(process.env.SEKISHO_TEST_SUMMARY, JSON.stringify(total))
}

function fileLine(files, file, ms) {
  const { passed, failed, skipped } = files.get(file) ?? { passed: 0, failed: 0, skipped: 0 }
  const parts = [
    `${passed} passed`,
    failed > 0 ? `${failed} failed` : '',
    skipped > 0 ? `${skipped} skipped` : '',
  ]
  return `${failed > 0 ? 'FAIL' : 'ok  '} ${file}: ${parts.filter(Boolean).join(', ')} (${Math.round(ms)} ms)\n`
}

const reasonOf = (data) =>
  [data.skip, data.todo].find((reason) => typeof reason === 'string' && reason !== '') ?? 'no reason given'

function describe(error) {
  // The runner wraps the test's own error.
  const own = error?.cause ?? error
  return own instanceof Error ? (own.stack ?? own.message) : inspect(own)
}

const indent = (text) => `${String(text).trimEnd().replace(/^/gm, '    ')}\n`
