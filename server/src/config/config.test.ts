/** Tests of the config room: strictness, origins, secrets, and the reference page. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import {
  ConfigError,
  type ConfigErrorCode,
  defaultConfig,
  describeConfig,
  describeWitnessConfig,
  explainConfig,
  isLoopback,
  loadConfig,
  loadConfigFile,
  loadWitnessConfig,
  parseListenAddress,
} from './index.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'sekisho-config-'))
after(() => rmSync(directory, { recursive: true, force: true }))
const file = path.join(directory, 'sekisho.yaml')
const root = path.join(directory, 'root')
const load = (text: string, env: Record<string, string> = {}) => loadConfig(text, { file, root, env })

test('an empty file is the defaults, with paths in the installation', () => {
  const { config } = load('')
  assert.deepEqual(config, defaultConfig({ root, env: {} }).config)
  assert.deepEqual(config.listen.gateway, { host: '127.0.0.1', port: 8787 })
  assert.equal(config.limits.bodyBytesMax, 4 * 1024 * 1024)
  assert.equal(config.dataDir, path.join(root, '.sekisho'))
  assert.equal(config.database.kind, 'embedded')
})

test('written values are read, and paths are relative to the file', () => {
  const { config, settings } = load(`
dataDir: state
listen:
  gateway: "[::1]:9000"
upstreams:
  - id: local
    kind: openai_compatible
    baseUrl: http://127.0.0.1:11434/v1
    headers: { openai-project: p1 }
`)
  assert.equal(config.dataDir, path.join(directory, 'state'))
  assert.deepEqual(config.listen.gateway, { host: '::1', port: 9000 })
  assert.equal(config.upstreams[0]?.baseUrl, 'http://127.0.0.1:11434/v1')
  assert.deepEqual(config.upstreams[0]?.headers, { 'openai-project': 'p1' })
  const origins = new Map(settings.map((setting) => [setting.path, setting.origin]))
  assert.equal(origins.get('dataDir'), 'sekisho.yaml:2')
  assert.equal(origins.get('listen.gateway'), 'sekisho.yaml:4')
  assert.equal(origins.get('listen.admin'), 'default')
})

/** Each broken file with the code, the line and a word of the advice it must give. */
const REJECTED: readonly [text: string, code: ConfigErrorCode, line: number, says: string][] = [
  ['dataDirr: x', 'config_unknown_key', 1, 'did you mean `dataDir`'],
  ['data_dir: x', 'config_unknown_key', 1, 'did you mean `dataDir`'],
  ['limits:\n  bodyByteMax: 1', 'config_unknown_key', 2, 'did you mean `bodyBytesMax`'],
  ['zzz: 1', 'config_unknown_key', 1, 'known keys are'],
  ['__proto__: 1', 'config_unknown_key', 1, 'known keys are'],
  ['limits:\n  bodyBytesMax: 4MiB', 'config_wrong_type', 2, 'a whole number'],
  ['limits:\n  bodyBytesMax: "4096"', 'config_wrong_type', 2, 'a whole number'],
  ['limits:\n  bodyBytesMax: 4096.5', 'config_wrong_type', 2, 'a whole number'],
  ['limits:\n\n  bodyBytesMax: 1', 'config_out_of_range', 3, '1024 to 67108864'],
  ['limits: []', 'config_wrong_type', 1, 'a mapping'],
  ['- a', 'config_wrong_type', 1, 'a mapping'],
  ['upstreams: {}', 'config_wrong_type', 1, 'a list'],
  ['programme:\n  sample: yes', 'config_wrong_type', 2, '`true` or `false`'],
  ['database:\n  kind: postgres', 'config_wrong_type', 2, 'one of `embedded`, `url`'],
  ['database:\n  kind: embeded', 'config_wrong_type', 2, 'did you mean `embedded`'],
  ['database:\n  kind: url', 'config_inconsistent', 1, '`database.url` must be given'],
  [
    'database:\n  kind: url\n  url: postgresql://u:hunter2@h/d',
    'config_secret_literal',
    3,
    'written in clear',
  ],
  ['listen:\n  gateway: 8787', 'config_wrong_type', 2, 'text'],
  ['listen:\n  gateway: ":8787"', 'config_wrong_type', 2, 'host:port'],
  ['listen:\n  gateway: 127.0.0.1:99999', 'config_wrong_type', 2, 'host:port'],
  ['listen:\n  gateway: ::1:80', 'config_wrong_type', 2, 'host:port'],
  ['listen:\n  gateway: 127.0.0.1:1\n  admin: 127.0.0.1:1', 'config_inconsistent', 1, 'same address'],
  ['upstreams:\n  - kind: rehearsal', 'config_missing_key', 2, '`upstreams[0].id` must be given'],
  ['upstreams:\n  - id: a', 'config_missing_key', 2, '`upstreams[0].kind`'],
  ['upstreams:\n  - { id: a, kind: openai_compatible }', 'config_inconsistent', 1, 'needs a `baseUrl`'],
  ['upstreams:\n  - { id: a, kind: openai }', 'config_inconsistent', 1, 'needs an `apiKey`'],
  ['upstreams:\n  - { id: a, kind: openai, apiKey: sk-1 }', 'config_secret_literal', 2, 'written in clear'],
  [
    `upstreams:\n  - { id: a, kind: openai, apiKey: "\${env:NOPE}" }`,
    'config_env_missing',
    2,
    '`NOPE` is not set',
  ],
  [
    `upstreams:\n  - { id: a, kind: openai, apiKey: "\${file:none}" }`,
    'config_secret_unreadable',
    2,
    'ENOENT',
  ],
  [
    `upstreams:\n  - { id: a, kind: openai, apiKey: "x\${env:A}" }`,
    'config_wrong_type',
    2,
    'only a whole value',
  ],
  ['upstreams:\n  - { id: A B, kind: rehearsal }', 'config_wrong_type', 2, 'a-z 0-9'],
  [
    'upstreams:\n  - { id: a, kind: rehearsal }\n  - { id: a, kind: rehearsal }',
    'config_inconsistent',
    1,
    'called `a`',
  ],
  [
    'upstreams:\n  - { id: a, kind: openai_compatible, baseUrl: ftp://x }',
    'config_wrong_type',
    2,
    'http or https',
  ],
  [
    'upstreams:\n  - { id: a, kind: openai_compatible, baseUrl: "http://u:p@x" }',
    'config_wrong_type',
    2,
    'must not hold credentials',
  ],
  [
    'upstreams:\n  - { id: a, kind: rehearsal, headers: { authorization: x } }',
    'config_wrong_type',
    2,
    'set by the server itself',
  ],
  ['workers: 1\nworkers: 2', 'config_duplicate_key', 2, 'unique'],
  ['a: &x 1\nb: *x', 'config_alias', 2, 'write the value out'],
  ['listen: [', 'config_syntax', 1, ''],
  ['a: 1\n---\nb: 2', 'config_syntax', 2, ''],
  [`# ${'x'.repeat(1024 * 1024)}`, 'config_too_large', 1, 'larger than'],
]

for (const [text, code, line, says] of REJECTED) {
  test(`refused: ${text.slice(0, 60).replaceAll('\n', ' ⏎ ')}`, () => {
    assert.throws(
      () => load(text),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError)
        const problem = error.problems[0]
        assert.deepEqual([error.code, problem?.line], [code, line], error.message)
        assert.ok(error.message.includes(says), error.message)
        assert.ok(error.message.startsWith(`${file}:${line}: `))
        return true
      },
    )
  })
}

test('every problem is told at once', () => {
  assert.throws(
    () => load('dataDirr: 1\nworkers: many\nlimits: { bodyBytesMax: 1 }'),
    (error: unknown) => error instanceof ConfigError && error.problems.length === 3,
  )
})

test('a secret is read from a file or the environment, and never shown', () => {
  writeFileSync(path.join(directory, 'key'), 'sk-from-file\n')
  const text = `
upstreams:
  - { id: a, kind: openai, apiKey: "\${file:key}" }
  - { id: b, kind: anthropic, apiKey: "\${env:KEY}" }
guard:
  canaries: [canary-value-1]
database:
  kind: url
  url: "\${env:DB}"
`
  const { config, settings } = load(text, { KEY: 'sk-from-env', DB: 'postgresql://u:hunter2@h/d' })
  assert.deepEqual(
    config.upstreams.map((upstream) => upstream.apiKey),
    ['sk-from-file', 'sk-from-env'],
  )
  const shown = explainConfig(settings)
  for (const hidden of ['sk-from-file', 'sk-from-env', 'hunter2', 'canary-value-1']) {
    assert.ok(!shown.includes(hidden), hidden)
  }
  assert.match(shown, /upstreams\[1\]\.apiKey = \*\*\* \(\$\{env:KEY\}\)\s+# sekisho\.yaml:4/)
})

test('a malformed secret is named, not shown', () => {
  assert.throws(
    () => load('guard:\n  canaries: [short]'),
    (error: unknown) => error instanceof ConfigError && !error.message.includes('short'),
  )
})

test('DATABASE_URL goes before the file', () => {
  const { config, settings } = load('database: { kind: embedded }', { DATABASE_URL: 'postgresql://u:pw@h/d' })
  assert.equal(config.database.url, 'postgresql://u:pw@h/d')
  const shown = explainConfig(settings)
  assert.match(shown, /database\.url = \*\*\* +# environment variable DATABASE_URL/)
  assert.equal(shown.match(/database\.url/g)?.length, 1)
})

test('a file that is missing says so', () => {
  const missing = path.join(directory, 'none.yaml')
  assert.throws(
    () => loadConfigFile(missing, { root, env: {} }),
    (error: unknown) => error instanceof ConfigError && error.code === 'config_unreadable',
  )
  writeFileSync(file, 'shutdownGraceMs: 2\n')
  assert.equal(loadConfigFile(file, { root, env: {} }).config.shutdownGraceMs, 2)
})

test('any text is read or refused with a ConfigError, never a crash', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json()), (text) => {
      try {
        load(text)
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error))
      }
    }),
  )
})

test('loopback is what only this machine reaches', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) assert.ok(isLoopback(host), host)
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example', 'localhost.example', '']) {
    assert.ok(!isLoopback(host), host)
  }
  assert.equal(parseListenAddress('').ok, false)
})

test('the reference page has the table that the schema prints', () => {
  const page = readFileSync(path.join(import.meta.dirname, '../../../docs/spec/config.md'), 'utf8')
  const [, table] = page.split('<!-- schema -->\n')
  assert.equal(
    table?.trim(),
    describeConfig(),
    'run `npm run sekisho -- config reference` and paste its table',
  )
})

test('the file of a witness: its defaults, its table, its strictness', () => {
  const witnessFile = path.join(directory, 'witness.yaml')
  const loadWitness = (text: string) => {
    writeFileSync(witnessFile, text)
    return loadWitnessConfig(witnessFile, { root, env: {} })
  }
  const config = loadWitness('name: witness.example/1\ndataDir: here\nlogs: [{ key: a+b+c }]\n')
  assert.deepEqual(config.listen, { host: '127.0.0.1', port: 7380 })
  assert.deepEqual(
    [config.dataDir, config.algorithms, config.logs],
    [path.join(directory, 'here'), [], [{ key: 'a+b+c' }]],
  )
  assert.throws(() => loadWitness('listen: 127.0.0.1:1\n'), { code: 'config_missing_key' })
  assert.throws(() => loadWitness('name: w.example\nwitness: yes\n'), { code: 'config_unknown_key' })
  assert.throws(() => loadWitness('name: "with space"\n'), { code: 'config_wrong_type' })
  const page = readFileSync(path.join(import.meta.dirname, '../../../docs/operating/witness.md'), 'utf8')
  const [, table] = page.split(/<!-- \/?witness-config -->\n/)
  assert.equal(table?.trim(), describeWitnessConfig())
})

test('the path of a policy is relative to the file, and may be left out', () => {
  assert.equal(load('').config.ledger.policy, null)
  assert.equal(load('ledger: { policy: p.txt }').config.ledger.policy, path.join(directory, 'p.txt'))
})
