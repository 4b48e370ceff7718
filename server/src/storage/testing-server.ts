/** The one PostgreSQL of a test run: prints its URL and ends when standard input does. */
import { once } from 'node:events'
import { startEmbeddedPostgres } from './embedded.ts'
import { TEST_SETTINGS } from './testing.ts'

const server = await startEmbeddedPostgres({ directory: process.argv[2] ?? '', settings: TEST_SETTINGS })
console.log(server.url)
process.stdin.resume()
await once(process.stdin, 'end')
await server.stop()
