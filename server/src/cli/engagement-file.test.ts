/** The scope document: the template reads, and every way to write it wrong is refused with its place. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { ENGAGEMENT_TEMPLATE, readEngagementFile } from './engagement-file.ts'
import { CliError } from './error.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'sekisho-engagement-'))
after(() => rmSync(directory, { recursive: true }))
writeFileSync(path.join(directory, 'replica-net-authorisation.pdf'), 'signed')
writeFileSync(path.join(directory, 'opinion-of-counsel.pdf'), 'opinion')

function read(text: string) {
  writeFileSync(path.join(directory, 'e.yaml'), text)
  return readEngagementFile('e.yaml', directory)
}

test('the template becomes the members of a draft, documents as digests', () => {
  const payload = read(ENGAGEMENT_TEMPLATE)
  assert.equal(payload.id, 'eng-example-portal')
  assert.equal(payload.from_ms, Date.parse('2027-01-12T00:00:00Z'))
  const terms = payload.terms as unknown as {
    authorisations: { document: string }[]
    legal: { opinion: string }
  }
  const digest = (text: string) => createHash('sha256').update(text).digest('hex')
  assert.equal(terms.authorisations[0]?.document, digest('signed'))
  assert.equal(terms.legal.opinion, digest('opinion'))
  const given = `sha256:${'a'.repeat(64)}`
  const other = read(ENGAGEMENT_TEMPLATE.replace('opinion-of-counsel.pdf', given))
    .terms as unknown as typeof terms
  assert.equal(other.legal.opinion, 'a'.repeat(64))
})

test('what is not the form is refused, with its place', () => {
  const change = (from: string, to: string) => ENGAGEMENT_TEMPLATE.replace(from, to)
  for (const [text, place] of [
    [`${ENGAGEMENT_TEMPLATE}\nextra: 1\n`, 'extra'],
    [change('purpose:', 'purposes:'), 'purposes'],
    [change("'2027-01-12T09:00:00+09:00'", "'2027-01-12T09:00:00'"), 'window.from'],
    [change('value: 192.0.2.0/24', 'value: 7'), 'assets[0].value'],
    [change('opinion-of-counsel.pdf', 'absent.pdf'), 'legal.opinion'],
    [change('members: [hoshizora-engineer]', 'members: hoshizora-engineer'), 'members'],
    [`${ENGAGEMENT_TEMPLATE}\nid: again\n`, 'e.yaml'],
    [change('members: [hoshizora-engineer]', 'members: &m [a]'), 'e.yaml'],
    ['[]', 'must be a mapping'],
    [`${ENGAGEMENT_TEMPLATE}\n[rc\n`, 'e.yaml is not YAML: '],
  ] as const) {
    assert.throws(
      () => read(text),
      (error) => error instanceof CliError && error.code === 'cli_file' && error.message.includes(place),
      place,
    )
  }
  assert.throws(() => readEngagementFile('none.yaml', directory), /cannot be read: .*engagement template/)
})
