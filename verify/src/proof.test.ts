/** Merkle trees and proofs: known answers, foreign vectors, and every size against the definition. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { foreign, readVectors } from './fixture.ts'
import {
  CompactTree,
  EMPTY_ROOT,
  fromBase64,
  type Hash,
  leafHash,
  nodeHash,
  proveConsistency,
  proveInclusion,
  rootFrom,
  sha256,
  toHex,
  treeRoot,
  utf8,
  VerifyError,
  verifyConsistency,
  verifyInclusion,
} from './index.ts'

interface Rfc6962 {
  readonly empty_root: string
  readonly leaves: readonly string[]
  readonly roots: readonly string[]
  readonly inclusion: readonly {
    index: number
    size: number
    root: string
    leaf_hash: string
    proof: string[]
  }[]
  readonly consistency: readonly {
    old_size: number
    new_size: number
    old_root: string
    new_root: string
    proof: string[]
  }[]
}

const rfc = readVectors<Rfc6962>('rfc6962.json')
const hex = (text: string): Hash => Buffer.from(text, 'hex')

/** MTH and its subtrees straight from RFC 6962 §2.1's definition. */
function mth(hashes: readonly Hash[]): Hash {
  if (hashes.length === 0) return EMPTY_ROOT
  if (hashes.length === 1) return hashes[0] ?? EMPTY_ROOT
  let k = 1
  while (k * 2 < hashes.length) k *= 2
  return nodeHash(mth(hashes.slice(0, k)), mth(hashes.slice(k)))
}

function leafHashes(count: number): Hash[] {
  return Array.from({ length: count }, (_, i) => leafHash(utf8(`entry ${i}`)))
}

function nodesOver(hashes: readonly Hash[]) {
  return async (level: number, index: number) =>
    mth(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level))
}

test('the eight-leaf tree of Certificate Transparency has its known roots', () => {
  assert.equal(toHex(EMPTY_ROOT), rfc.empty_root)
  const hashes = rfc.leaves.map((leaf) => leafHash(hex(leaf)))
  for (const [i, root] of rfc.roots.entries()) assert.equal(toHex(treeRoot(hashes.slice(0, i + 1))), root)
})

test('its known proofs verify, and are the ones we build', async () => {
  const hashes = rfc.leaves.map((leaf) => leafHash(hex(leaf)))
  for (const { index, size, root, leaf_hash, proof } of rfc.inclusion) {
    verifyInclusion(proof.map(hex), hex(leaf_hash), index, size, hex(root))
    assert.deepEqual((await proveInclusion(index, size, nodesOver(hashes))).map(toHex), proof)
  }
  for (const { old_size, new_size, old_root, new_root, proof } of rfc.consistency) {
    verifyConsistency(proof.map(hex), old_size, new_size, hex(old_root), hex(new_root))
    assert.deepEqual((await proveConsistency(old_size, new_size, nodesOver(hashes))).map(toHex), proof)
  }
})

test('every tree up to 70 entries: compact, defined and proved roots agree', async () => {
  const hashes = leafHashes(70)
  const tree = new CompactTree()
  for (let size = 0; size <= 70; size++) {
    const root = mth(hashes.slice(0, size))
    assert.equal(toHex(tree.root()), toHex(root))
    if (size > 0) assert.equal(toHex(await rootFrom(size, nodesOver(hashes))), toHex(root))
    for (let index = 0; index < size; index++) {
      const proof = await proveInclusion(index, size, nodesOver(hashes))
      verifyInclusion(proof, hashes[index] ?? EMPTY_ROOT, index, size, root)
    }
    for (let old = 1; old <= size; old++) {
      verifyConsistency(
        await proveConsistency(old, size, nodesOver(hashes)),
        old,
        size,
        mth(hashes.slice(0, old)),
        root,
      )
    }
    if (size < 70) tree.push(hashes[size] ?? EMPTY_ROOT)
  }
})

test('a proof with anything changed fails with a code of its own', async () => {
  const hashes = leafHashes(40)
  const change = fc.constantFrom('flip', 'drop', 'add', 'index', 'size', 'leaf', 'root')
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 40 }),
      fc.nat(),
      fc.nat(),
      change,
      async (size, a, b, what) => {
        const index = a % size
        const proof = await proveInclusion(index, size, nodesOver(hashes))
        const other = sha256(utf8(`other ${b}`))
        const root = mth(hashes.slice(0, size))
        const leaf = hashes[index] ?? EMPTY_ROOT
        const altered = [...proof]
        if (what === 'flip') altered[b % proof.length] = other
        if (what === 'drop') altered.splice(b % proof.length, 1)
        if (what === 'add') altered.splice(b % (proof.length + 1), 0, other)
        const parts = {
          leaf: what === 'leaf' ? other : leaf,
          index: what === 'index' ? (index + 1 + (b % (size - 1))) % size : index,
          size: what === 'size' ? size + 64 : size,
          root: what === 'root' ? other : root,
        }
        assert.throws(
          () => verifyInclusion(altered, parts.leaf, parts.index, parts.size, parts.root),
          (error: unknown) =>
            error instanceof VerifyError && /^proof_(length|root_mismatch)$/.test(error.code),
        )
      },
    ),
  )
})

test('numbers that are no index or size are refused, and so is any proof about the empty tree', () => {
  const hash = sha256(utf8('x'))
  for (const index of [-1, 1, 0.5, Number.NaN, 2 ** 53]) {
    assert.throws(() => verifyInclusion([], hash, index, 1, hash), { code: 'proof_index_range' })
  }
  for (const size of [0, -1, 0.5, Number.NaN, 2 ** 49]) {
    assert.throws(() => verifyInclusion([], hash, 0, size, hash), { code: 'proof_size_range' })
    assert.throws(() => verifyConsistency([], size, size, hash, hash), { code: 'proof_size_range' })
  }
  assert.throws(() => verifyConsistency([], 2, 1, hash, hash), { code: 'proof_size_range' })
  assert.throws(() => verifyInclusion([new Uint8Array(31)], hash, 0, 2, hash), { code: 'proof_hash_length' })
  assert.throws(() => verifyInclusion(Array(10_000).fill(hash), hash, 0, 2, hash), { code: 'proof_length' })
  verifyInclusion([], hash, 0, 1, hash)
  const far = 2 ** 40
  assert.throws(() => verifyInclusion(Array(40).fill(hash), hash, far - 1, far, hash), {
    code: 'proof_root_mismatch',
  })
})

const merkle = foreign('transparency-dev-merkle/testdata/')

function foreignCases<T>(kind: string): T[] {
  const dir = new URL(`${kind}/`, merkle.url)
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  )
  return files.map((name) => JSON.parse(readFileSync(new URL(name, dir), 'utf8')) as T)
}

const decode = (text: string | null): Hash => (text === null ? new Uint8Array() : fromBase64(text))

function outcome(check: () => void): boolean {
  try {
    check()
    return true
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error
    return false
  }
}

test('transparency-dev/merkle: all inclusion cases', { skip: merkle.skip }, () => {
  interface Case {
    leafIdx: number
    treeSize: number
    root: string | null
    leafHash: string | null
    proof: string[] | null
    desc: string
    wantErr: boolean
  }
  const cases = foreignCases<Case>('inclusion')
  assert.ok(cases.length >= 86)
  for (const { leafIdx, treeSize, root, leafHash, proof, desc, wantErr } of cases) {
    const good = outcome(() =>
      verifyInclusion((proof ?? []).map(decode), decode(leafHash), leafIdx, treeSize, decode(root)),
    )
    assert.equal(good, !wantErr, `${desc} (${leafIdx} of ${treeSize})`)
  }
})

test('transparency-dev/merkle: all consistency cases', { skip: merkle.skip }, () => {
  interface Case {
    size1: number
    size2: number
    root1: string | null
    root2: string | null
    proof: string[] | null
    desc: string
    wantErr: boolean
  }
  const cases = foreignCases<Case>('consistency')
  assert.ok(cases.length >= 98)
  for (const { size1, size2, root1, root2, proof, desc, wantErr } of cases) {
    const good = outcome(() =>
      verifyConsistency((proof ?? []).map(decode), size1, size2, decode(root1), decode(root2)),
    )
    assert.equal(good, !wantErr, `${desc} (${size1} to ${size2})`)
  }
})
