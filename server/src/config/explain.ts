/** The effective configuration as text, each value with where it came from. */
import type { Setting } from './load.ts'
import type { Reader } from './reader.ts'
import { CONFIG_SCHEMA, WITNESS_SCHEMA } from './schema.ts'

/** One line a setting: `listen.gateway = 127.0.0.1:8787   # default`. */
export function explainConfig(settings: readonly Setting[]): string {
  const left = settings.map((setting) => `${setting.path} = ${setting.shown}`)
  const width = Math.min(60, Math.max(0, ...left.map((line) => line.length)))
  return settings.map((setting, i) => `${left[i]!.padEnd(width)}  # ${setting.origin}`).join('\n')
}

/** The reference table of docs/spec/config.md: a test keeps the page and the schema the same. */
export function describeConfig(): string {
  return tableOf(CONFIG_SCHEMA)
}

/** The same of docs/operating/witness.md. */
export function describeWitnessConfig(): string {
  return tableOf(WITNESS_SCHEMA)
}

function tableOf(schema: Reader<unknown>): string {
  const rows: string[] = ['| key | default | meaning |', '|---|---|---|']
  walk('', schema, rows)
  return rows.join('\n')
}

function walk(path: string, reader: Reader<unknown>, rows: string[]): void {
  if (path !== '' && reader.members === undefined) {
    const shown = reader.shown === null ? 'required' : reader.shown === '' ? '' : `\`${reader.shown}\``
    rows.push(`| \`${path}\` | ${shown} | ${reader.doc} |`)
  }
  for (const [key, member] of Object.entries(reader.members ?? {}))
    walk(path === '' ? key : `${path}.${key}`, member, rows)
  if (reader.element?.members !== undefined) walk(`${path}[]`, reader.element, rows)
}
