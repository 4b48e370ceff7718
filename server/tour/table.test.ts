import assert from 'node:assert/strict'
import { test } from 'node:test'
import { displayWidth, layOut } from './table.ts'

test('a full-width character takes two columns', () => {
  assert.equal(displayWidth('ログ1'), 5)
  assert.equal(displayWidth('MUFG'), 4)
})

test('columns line up whatever the script', () => {
  const lines = layOut(
    [
      { title: 'id', columnsMax: 4 },
      { title: 'what', columnsMax: 20 },
      { title: 'ms', columnsMax: 5, align: 'right' },
    ],
    [
      ['t01', 'ログの一次調査', '7'],
      ['t02', 'patch review', '12'],
    ],
  )
  assert.deepEqual(lines, [
    'id   what            ms',
    '───  ──────────────  ──',
    't01  ログの一次調査   7',
    't02  patch review    12',
  ])
})

test('a cell that is too long is cut on a whole character and says so', () => {
  const [, , line] = layOut([{ title: 'x', columnsMax: 6 }], [['関所関所']])
  assert.equal(line, '関所…')
})
