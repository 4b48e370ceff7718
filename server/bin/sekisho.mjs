#!/usr/bin/env node
/** The `sekisho` command of an installed package. */
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`sekisho needs Node 24 or newer, this is ${process.version}\n`)
  process.exit(1)
}
await import('../src/main.ts')
