/** Rows of the operations tour: tools through the broker, a run from its log file to a verified evidence pack. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { APPROVER, IN_SCOPE_TARGET, OUT_OF_SCOPE_TARGET } from './cast.ts'
import { ROOT } from './governance-world.ts'
import type { OperationsWorld } from './operations-world.ts'
import type { TourRow } from './row.ts'

const ANALYST = 'mufg-analyst'

interface Called {
  readonly content: readonly { readonly text?: string }[]
  readonly _meta?: Readonly<Record<string, unknown>>
}

async function call(world: OperationsWorld, name: string, text: string) {
  // The SDK's result type is a union over all protocol versions.
  const called = (await world.client.callTool({ name, arguments: { text } })) as unknown as Called
  const meta = (member: string): string => String(called._meta?.[`sekisho/${member}`])
  return {
    words: called.content.map((part) => part.text).join('\n'),
    verdict: meta('verdict'),
    decision: meta('decision'),
    receipt: `rcpt-${meta('intent')}`,
  }
}

const plain = (got: string, receipt: string | null = null) => ({ got, clause: null, receipt })

export const OPERATIONS_ROWS: readonly TourRow<OperationsWorld>[] = [
  {
    id: 'o01',
    what: 'a real MCP client lists what could be used in its engagement',
    expected: 'logs.echo, probe.echo',
    async run({ client }) {
      return plain((await client.listTools()).tools.map(({ name }) => name).join(', '))
    },
  },
  {
    id: 'o02',
    what: 'a reading tool',
    expected: 'allow',
    async run(world) {
      const { verdict, receipt } = await call(world, 'logs.echo', '40 failed logins')
      return plain(verdict, receipt)
    },
  },
  {
    id: 'o03',
    what: 'a tool that acts, outside the scope',
    expected: 'deny, naming the target',
    async run(world) {
      const { verdict, words, receipt } = await call(world, 'probe.echo', OUT_OF_SCOPE_TARGET)
      return plain(
        `${verdict}, ${words.includes(OUT_OF_SCOPE_TARGET) ? 'naming the target' : words}`,
        receipt,
      )
    },
  },
  {
    id: 'o04',
    what: 'inside the scope: approved by another person for these arguments',
    expected: 'hold; approved; allow; other arguments hold',
    async run(world) {
      const held = await call(world, 'probe.echo', IN_SCOPE_TARGET)
      await world.tour.desk.run('approve', held.decision, '--key', world.tour.keyOf(APPROVER))
      const done = await call(world, 'probe.echo', IN_SCOPE_TARGET)
      const other = await call(world, 'probe.echo', '192.0.2.11')
      world.found.receipt = done.receipt
      return plain(
        `${held.verdict}; approved; ${done.verdict}; other arguments ${other.verdict}`,
        done.receipt,
      )
    },
  },
  {
    id: 'o05',
    what: 'is this ours? by the receipt that the call carried',
    expected: 'yes; another number: no',
    async run({ tour, found }) {
      const ask = async (receipt: string) => {
        const answer = await tour.desk.get(`/v1/deconflict?receipt=${receipt}`, tour.keyOf(APPROVER))
        return (answer as { ours: string }).ours
      }
      return plain(`${await ask(found.receipt)}; another number: ${await ask('rcpt-0')}`, found.receipt)
    },
  },
  {
    id: 'o06',
    what: 'alert triage as a run, planned by rehearsal/1 (no AI), on published events and rules',
    expected: 'done; made by rehearsal/1 (no AI); findings cited; none rejected',
    async run(world) {
      const out = join(world.dir, 'findings')
      const words = ['vectors/sigma/events.jsonl', '--rules', 'vectors/sigma/rules', '--out', out]
      const done = await world.said('run', 'start', ...words, '--key', world.tour.keyOf(ANALYST))
      world.found.run = done.out
      const run = JSON.parse(await readFile(join(out, 'run.json'), 'utf8')) as {
        state: string
        findings: number
        rejected: number
        result: { maker: string }
      }
      const cited = run.findings > 0 ? 'findings cited' : 'no findings'
      const rejected = run.rejected === 0 ? 'none rejected' : `${run.rejected} rejected`
      return plain(`${run.state}; made by ${run.result.maker}; ${cited}; ${rejected}`)
    },
  },
  {
    id: 'o07',
    what: 'the evidence pack of the run, verified with the public key alone',
    expected: 'good',
    async run(world) {
      const { tour, dir, found } = world
      const run = (await tour.desk.get(`/v1/runs/${found.run}`, tour.keyOf(ANALYST))) as {
        start: number
        list: readonly { intent: number }[]
      }
      const last = Math.max(...run.list.map(({ intent }) => intent)) + 4
      const pack = join(dir, 'pack.tar')
      await tour.desk.run(
        ...['disclose', '--profile', 'auditor', '--institution', 'mufg', '--reason', 'tour', '--out', pack],
        ...['--from', String(run.start), '--to', String(last), '--key', tour.keyOf('mufg-audit')],
      )
      const command = join(ROOT, 'verify/src/cli.ts')
      const words = [
        '--conditions=sekisho-source',
        command,
        'pack',
        pack,
        '--key',
        tour.server.ledger.verifierKey,
      ]
      const verified = await promisify(execFile)(process.execPath, words).then(
        () => 'good',
        (error: { stderr: string; stdout: string }) => `${error.stdout}${error.stderr}`.trim(),
      )
      return plain(verified, `rcpt-${run.start}`)
    },
  },
]
