import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileRules, type Level, type LogSource, parseRule } from '../sigma/index.ts'
import { NO_ASSETS, parseAssets } from './assets.ts'
import { checkCitations } from './citation.ts'
import { TRIAGE_ERROR_CODES, TriageError, type TriageErrorCode } from './error.ts'
import { eventOf } from './event.ts'
import { findingOf } from './finding.ts'
import { attackLayer } from './layer.ts'
import { readRecords, type Unread } from './records.ts'
import { readLine } from './syslog.ts'
import { ocsfDefects, sampleEvents, sampleExpected, sampleRules } from './testing.ts'
import { type Triage, triage, verdictOf } from './triage.ts'

const NOWHERE: LogSource = { product: null, category: null, service: null }
const NOW_MS = Date.UTC(2026, 10, 22)

function run(input: Buffer, rules = sampleRules(), assets = NO_ASSETS, given = NOWHERE): Triage {
  return triage(input, { rules: compileRules(rules), assets, given, nowMs: NOW_MS })
}

const code = (wanted: TriageErrorCode) => (error: unknown) =>
  error instanceof TriageError && error.code === wanted

test('every shipped rule fires on the event its author recorded', () => {
  const result = run(sampleEvents())
  const fired = new Set(
    result.cases.flatMap((one) => one.detections.map(({ rule, event }) => `${event.number} ${rule.id}`)),
  )
  const expected = sampleExpected().map((id, i) => `${i + 1} ${id}`)
  assert.deepEqual(
    expected.filter((one) => !fired.has(one)),
    [],
  )
  assert.equal(result.unread.count, 0)
  assert.equal(result.clocks.missing, 0)
})

test('the same input gives the same result, and a case cites records that stand in it', () => {
  const input = sampleEvents()
  const result = run(input)
  assert.deepEqual(run(input), result)
  for (const one of result.cases) {
    const detections = one.detections.map(({ rule, event }) => ({ rule: rule.id, event }))
    checkCitations({ inputSha256: result.input.sha256, detections }, input, sampleRules(), NOWHERE)
  }
})

test('a citation of what is not there, was altered, or says something else is rejected', () => {
  const input = sampleEvents()
  const result = run(input)
  const first = result.cases[0]?.detections[0]
  assert.ok(first !== undefined)
  const { rule, event } = first
  const check = (change: object, ruleId = rule.id, sha = result.input.sha256) =>
    checkCitations(
      { inputSha256: sha, detections: [{ rule: ruleId, event: { ...event, ...change } }] },
      input,
      sampleRules(),
      NOWHERE,
    )
  assert.throws(() => check({}, rule.id, '00'), code('triage_citation_unknown'))
  assert.throws(() => check({ offset: input.length }), code('triage_citation_unknown'))
  assert.throws(() => check({ offset: -1 }), code('triage_citation_unknown'))
  assert.throws(() => check({ bytes: 0 }), code('triage_citation_unknown'))
  assert.throws(() => check({ offset: event.offset + 1 }), code('triage_citation_altered'))
  assert.throws(() => check({ sha256: 'f'.repeat(64) }), code('triage_citation_altered'))
  assert.throws(() => check({}, 'no-such-rule'), code('triage_citation_unfounded'))
  const other = sampleRules().find(({ logSource }) => logSource.category !== rule.logSource.category)
  assert.throws(() => check({}, other?.id), code('triage_citation_unfounded'))
})

test('findings are OCSF 1.8.0 Detection Findings', () => {
  const assets = parseAssets(
    'assets:\n  - { id: core, hosts: [swachchhanda], criticality: designated, owner: SOC }\n',
  )
  const result = run(sampleEvents(), sampleRules(), assets)
  const context = { nowMs: NOW_MS, maker: 'rehearsal/1 (no AI)', productVersion: '0.1.0' }
  const findings = result.cases.map((one, i) => findingOf(one, i, result, context))
  assert.ok(findings.length > 0)
  for (const finding of findings) assert.deepEqual(ocsfDefects(finding), [])
  // The check itself can fail.
  assert.notDeepEqual(ocsfDefects({ ...findings[0], severity_id: 7, nonsense: 1, metadata: {} }), [])
  assert.equal(new Set(findings.map(({ metadata }) => metadata.uid)).size, findings.length)
})

test('the layer counts cases by technique', () => {
  const result = run(sampleEvents())
  const layer = attackLayer(result, 'test')
  assert.ok(layer.techniques.length > 5)
  for (const { techniqueID, score } of layer.techniques) {
    assert.match(techniqueID, /^T\d{4}(\.\d{3})?$/)
    assert.equal(score, result.cases.filter(({ techniques }) => techniques.includes(techniqueID)).length)
  }
})

const DESIGNATED = parseAssets('assets: [{ id: a, hosts: [h], criticality: designated }]').find('h')
const VERDICTS: readonly (readonly [levels: readonly Level[], designated: boolean, verdict: string])[] = [
  [['critical'], false, 'escalate'],
  [['high', 'high'], false, 'escalate'],
  [['high'], true, 'escalate'],
  [['high'], false, 'review'],
  [['medium', 'low'], true, 'review'],
  [['low', 'informational'], true, 'note'],
]
for (const [levels, designated, verdict] of VERDICTS) {
  test(`verdict of ${levels.join(' and ')}${designated ? ' on a designated asset' : ''}: ${verdict}`, () => {
    assert.equal(verdictOf(levels, designated ? DESIGNATED : null).verdict, verdict)
  })
}

test('a verdict never falls when a rule more fires or the asset matters more', () => {
  const rank = { note: 0, review: 1, escalate: 2 }
  const level = fc.constantFrom<Level>('informational', 'low', 'medium', 'high', 'critical')
  fc.assert(
    fc.property(fc.array(level, { minLength: 1, maxLength: 6 }), level, (levels, more) => {
      const plain = rank[verdictOf(levels, null).verdict]
      assert.ok(rank[verdictOf([...levels, more], null).verdict] >= plain)
      assert.ok(rank[verdictOf(levels, DESIGNATED).verdict] >= plain)
    }),
  )
})

function records(text: string | Buffer) {
  const unread: Unread[] = []
  const input = Buffer.from(text as string)
  const found = [...readRecords(input, (one) => unread.push(one))]
  for (const one of found) assert.ok(one.offset + one.bytes <= input.length)
  return { found, unread, input }
}

test('records: a line each, one array, one after the other, plain text', () => {
  assert.deepEqual(
    records('{"a":1}\n\n{"a":2}\r\n').found.map(({ value }) => value),
    [{ a: 1 }, { a: 2 }],
  )
  assert.deepEqual(
    records('[{"a":"}"},\n {"a":2}]').found.map(({ value }) => value),
    [{ a: '}' }, { a: 2 }],
  )
  assert.deepEqual(
    records('{\n "a": "\\"{"\n}\n{\n "a": 2 }').found.map(({ value }) => value),
    [{ a: '"{' }, { a: 2 }],
  )
  assert.deepEqual(
    records('\ufeffone\ntwo').found.map(({ value }) => value),
    ['one', 'two'],
  )
})

test('what cannot be read is counted with its line, and the rest is read', () => {
  const { found, unread } = records('{"a":1}\n{"a":\n[1]\n"x"\n{"a":2}')
  assert.equal(found.length, 2)
  assert.deepEqual(unread, [
    { line: 2, defect: 'not_json' },
    { line: 3, defect: 'not_an_object' },
    { line: 4, defect: 'not_an_object' },
  ])
  assert.deepEqual(records('{"a":1}\n{"a":2').unread, [{ line: 2, defect: 'not_json' }])
  assert.deepEqual(records(`{"a":1}\n{"b":"${'x'.repeat(1024 * 1024)}"}\n{"c":1}`).unread, [
    { line: 2, defect: 'too_long' },
  ])
  const broken = records(Buffer.concat([Buffer.from('ok\nb'), Buffer.from([0xff]), Buffer.from('d\n')]))
  assert.deepEqual(broken.unread, [{ line: 2, defect: 'encoding' }])
  assert.equal(broken.found.length, 2)
})

test('empty input and malformed assets have their codes; every code is reached', () => {
  for (const empty of ['', ' \n\n', '\ufeff']) assert.throws(() => records(empty), code('triage_input_empty'))
  const huge = { length: 2 ** 31 } as Buffer
  assert.throws(() => [...readRecords(huge, () => {})], code('triage_input_too_large'))
  for (const text of [
    '{',
    '[]',
    'assets: 1',
    'assets: [1]',
    'assets: [{ hosts: [] }]',
    'assets: [{ id: a, hosts: x }]',
    'assets: [{ id: a, hosts: [x], color: red }]',
    'assets: [{ id: a, hosts: [x], criticality: high }]',
    'assets: [{ id: a, hosts: [10.0.0.0/40] }]',
    'assets: [{ id: a, hosts: [x] }, { id: b, hosts: [X] }]',
    'assets: &a [*a]',
  ]) {
    assert.throws(() => parseAssets(text), code('triage_assets_malformed'), text)
  }
  assert.equal(TRIAGE_ERROR_CODES.length, 6)
})

test('assets are found by name, short name, address and network', () => {
  const assets = parseAssets(
    'assets:\n  - { id: a, hosts: [Web01, 10.0.0.5] }\n  - { id: b, hosts: [10.1.0.0/16, "fd00::/8"] }\n',
  )
  const found = (host: string | null) => assets.find(host)?.id ?? null
  assert.deepEqual(
    ['WEB01', 'web01.example.jp', '10.0.0.5', '10.1.2.3', 'fd00::1', '10.2.0.1', 'web', null].map(found),
    ['a', 'a', 'a', 'b', 'b', null, null, null],
  )
})

test('syslog lines of both forms, audit lines, and lines that are neither', () => {
  const both = [
    '<34>1 2026-10-11T22:14:15.003Z host1 sshd 4711 ID47 [x@1 a="\\]\\"b"] Failed password for root',
    '<34>Oct 11 22:14:15 host1 sshd[4711]: Failed password for root',
  ]
  for (const line of both) {
    const { fields, host, sources } = readLine(line)
    assert.equal(host, 'host1', line)
    assert.equal(fields.get('message'), 'Failed password for root')
    assert.deepEqual(sources, [{ product: 'linux', category: null, service: 'sshd' }])
  }
  const audit = readLine('type=EXECVE msg=audit(1700000000.123:42): argc=2 a0="id" a1="-u"')
  assert.equal(audit.fields.get('a0'), 'id')
  assert.equal(audit.sources[0]?.service, 'auditd')
  assert.equal(audit.time, '2023-11-14T22:13:20.123Z')
  assert.equal(readLine('hello').fields.get('message'), 'hello')
})

test('times of many forms are read; clocks that are wrong are counted', () => {
  const times = [
    '2026-11-01T00:00:00Z',
    '2026-11-01 00:00:00',
    1793491200,
    '1793491200000',
    'Nov  1 00:00:00',
  ]
  for (const time of times) {
    const record = { number: 1, offset: 0, bytes: 1, value: { time } }
    assert.equal(eventOf(record, NOWHERE, NOW_MS).timeMs, Date.UTC(2026, 10, 1), String(time))
  }
  const rule = parseRule(
    'title: t\nid: t\nlogsource: {product: x}\ndetection: {a: {F: y}, condition: a}\nlevel: low\n',
    't.yml',
  )
  const input = Buffer.from('{"F":"y","time":"2031-01-01T00:00:00Z"}\n{"F":"y"}\n{"F":"y","time":"soon"}\n')
  const result = run(input, [rule], NO_ASSETS, { product: 'x', category: null, service: null })
  assert.deepEqual(result.clocks, { missing: 2, ahead: 1 })
  assert.equal(result.detections, 3)
})

test('a day between two detections on one host makes two cases', () => {
  const rule = parseRule(
    'title: t\nid: t\nlogsource: {product: x}\ndetection: {a: {F: y}, condition: a}\nlevel: low\n',
    't.yml',
  )
  const line = (time: string, host: string) => JSON.stringify({ F: 'y', time, host })
  const input = Buffer.from(
    [
      line('2026-11-01T00:00:00Z', 'h'),
      line('2026-11-02T00:00:00Z', 'H'),
      line('2026-11-01T00:10:00Z', 'h'),
      line('2026-11-01T00:00:00Z', 'i'),
    ].join('\n'),
  )
  const result = run(input, [rule], NO_ASSETS, { product: 'x', category: null, service: null })
  assert.deepEqual(
    result.cases.map(({ detections }) => detections.map(({ event }) => event.number)),
    [[1, 3], [2], [4]],
  )
})

test('OCSF events fire rules written for process creation', () => {
  const rule = parseRule(
    'title: t\nid: t\nlogsource: {product: windows, category: process_creation}\ndetection: {a: {CommandLine|contains: whoami}, condition: a}\nlevel: low\n',
    't.yml',
  )
  const event = {
    class_uid: 1007,
    metadata: { version: '1.8.0' },
    time: NOW_MS,
    device: { hostname: 'h', os: { type: 'Windows' } },
    process: { cmd_line: 'WHOAMI /all' },
  }
  const result = run(Buffer.from(JSON.stringify(event)), [rule])
  assert.equal(result.detections, 1)
  assert.equal(result.cases[0]?.host, 'h')
})

test('no bytes make the triage throw anything but its own errors', () => {
  const rules = sampleRules().slice(0, 3)
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom(
          '{',
          '}',
          '[',
          ']',
          '"',
          '\\',
          ':',
          ',',
          '\n',
          'a',
          '1',
          '<34>',
          '\u0000',
          'Event',
          '"Event":{"System":{',
          'type=A msg=audit(1.000:1): a=b',
        ),
      ),
      (parts) => {
        try {
          run(Buffer.from(parts.join('')), rules)
        } catch (error) {
          assert.ok(error instanceof TriageError, String(error))
        }
      },
    ),
  )
})
