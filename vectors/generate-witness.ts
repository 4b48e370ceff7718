/**
 * Writes `witness.json`: cosigned checkpoints, policies and requests, each with the outcome a reader must come to.
 *
 * Run from the repository with `--conditions=sekisho-source`. Keys are made of repeated bytes, Ed25519 is deterministic; the ML-DSA-44
 * signature is made anew each time and good all the same.
 */
import { writeFileSync } from 'node:fs'
import { cosign, testCosigner } from '../verify/src/cosign-for-test.ts'
import { signCheckpoint, testKey, testLeaf } from '../verify/src/fixture.ts'
import { formatVerifierKey, leafHash, treeRoot } from '../verify/src/index.ts'

const log = testKey()
const vkey = formatVerifierKey(log.key.name, log.key.publicKey)
const [a, b, pq] = [testCosigner('w.example/a', 61), testCosigner('w.example/b', 62), testCosigner('w.example/pq', 63, 'ml-dsa-44')]
const root = treeRoot(Array.from({ length: 7 }, (_, i) => leafHash(testLeaf(i))))
const note = signCheckpoint(7, root, log)
const head = `log ${vkey}\nwitness a ${a.vkey}\nwitness b ${b.vkey}\n`
const line = (text: string, of: string) => text.split('\n').find((each) => each.startsWith(`— ${of} `)) ?? ''
const other = cosign(signCheckpoint(6, root, log), [a])

const checkpoints = [
  { what: 'both of two', note: cosign(note, [a, b]), policy: `${head}group g all a b\nquorum g\n`, outcome: 'good' },
  { what: 'one of two, two asked', note: cosign(note, [a]), policy: `${head}group g 2 a b\nquorum g\n`, outcome: 'quorum_not_reached' },
  { what: 'one of two, any asked', note: cosign(note, [b]), policy: `${head}group g any a b\nquorum g\n`, outcome: 'good' },
  { what: 'no witness asked', note, policy: `log ${vkey}\nquorum none\n`, outcome: 'good' },
  { what: 'a stranger beside', note: cosign(note, [a, testCosigner('w.example/x', 9)]), policy: `${head}quorum a\n`, outcome: 'good' },
  { what: 'same name, another key', note: cosign(note, [testCosigner('w.example/a', 9)]), policy: `${head}quorum a\n`, outcome: 'quorum_not_reached' },
  { what: 'a cosignature of another checkpoint', note: `${note}${line(other, 'w.example/a')}\n`, policy: `${head}quorum b\n`, outcome: 'cosignature_invalid' },
  { what: 'no log listed', note: cosign(note, [a]), policy: `witness a ${a.vkey}\nquorum a\n`, outcome: 'note_key_absent' },
  { what: 'another size than was signed', note: note.replace('\n7\n', '\n8\n'), policy: `${head}quorum none\n`, outcome: 'note_signature_invalid' },
  { what: 'ML-DSA-44; a reader that cannot check it must say quorum_not_reached', note: cosign(note, [pq]), policy: `log ${vkey}\nwitness pq ${pq.vkey}\nquorum pq\n`, outcome: 'good' },
]

const policies = [
  [`${head}# words\n\t group  g\tall a b \nquorum g\n`, 'good'],
  [`witness 証人 ${a.vkey}\nquorum 証人\n`, 'good'],
  ['quorum none', 'good'],
  ['', 'policy_quorum_missing'],
  ['quorum none\nquorum none\n', 'policy_quorum_repeated'],
  ['quorum none\r\n', 'policy_character'],
  ['quorums none\n', 'policy_line'],
  [`log ${vkey} gopher://a.example\nquorum none\n`, 'policy_line'],
  [`log ${a.vkey}\nquorum none\n`, 'policy_key'],
  [`witness a ${vkey}\nquorum none\n`, 'policy_key'],
  [`witness a ${a.vkey.replace('w.example/a', 'w.example/c')}\nquorum none\n`, 'policy_key'],
  [`${head}witness c ${a.vkey}\nquorum c\n`, 'policy_key_repeated'],
  [`witness none ${a.vkey}\nquorum none\n`, 'policy_name'],
  [`${head}group a any b\nquorum a\n`, 'policy_name'],
  ['quorum a\n', 'policy_name_unknown'],
  [`quorum a\n${head}`, 'policy_name_unknown'],
  [`${head}group g any a a\nquorum g\n`, 'policy_member_repeated'],
  [`${head}group g any a\ngroup h any a b\nquorum h\n`, 'policy_member_repeated'],
  [`${head}group g 0 a b\nquorum g\n`, 'policy_threshold'],
  [`${head}group g 3 a b\nquorum g\n`, 'policy_threshold'],
  [`${head}group g 02 a b\nquorum g\n`, 'policy_threshold'],
].map(([policy, outcome]) => ({ policy, outcome }))

writeFileSync(
  new URL('witness.json', import.meta.url),
  `${JSON.stringify({ provenance: 'vectors/generate-witness.ts; formats: c2sp.org/tlog-cosignature, c2sp.org/tlog-policy', checkpoints, policies }, null, 1)}\n`,
)
