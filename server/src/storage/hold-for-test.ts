/** A process that starts the embedded PostgreSQL for `embedded.test.ts`, and may be killed. */
import { openDatabase, startEmbeddedPostgres } from './index.ts'

const [, , directory = '', once] = process.argv
const server = await startEmbeddedPostgres({ directory })
if (once === 'once') {
  const db = await openDatabase({ url: server.url })
  console.log(JSON.stringify(await db.query('select 1 as one')))
  await db.close()
  await server.stop()
} else {
  console.log(JSON.stringify({ url: server.url, pid: await server.pid() }))
  setInterval(() => undefined, 1000)
}
