#!/usr/bin/env node
/** The `sekisho-verify` command. In a checkout `dist` is built, in a published package it is there. */
import { existsSync } from 'node:fs'

if (existsSync(new URL('../dist/cli.js', import.meta.url))) {
  await import('../dist/cli.js')
} else {
  process.stderr.write('sekisho-verify is not built yet: run `npm run build` first\n')
  process.exitCode = 2
}
