/** A whole server in a process of its own for `serve.test.ts`, which may kill it. */
import path from 'node:path'
import { loadConfigFile } from './config/index.ts'
import { startServer } from './serve.ts'

const [, , file = ''] = process.argv
const { config } = loadConfigFile(file, { root: path.resolve(import.meta.dirname, '../..'), env: {} })
const server = await startServer(config)
console.log(server.file)
