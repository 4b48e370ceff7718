/**
 * `npm run bench -- NAME [options]`: every figure in the README comes from one of these.
 */
import { type BenchOptions, parseOptions } from './options.ts'

type Bench = (options: BenchOptions) => Promise<void>

/** Loaded when asked for: a bench of one room runs although another room is broken. */
const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  gateway: async () => (await import('./gateway.ts')).benchGateway,
  crash: async () => (await import('./crash.ts')).benchCrash,
  ledger: async () => (await import('./ledger.ts')).benchLedger,
  decide: async () => (await import('./decide.ts')).benchDecide,
  boundary: async () => (await import('./boundary.ts')).benchBoundary,
  reader: async () => (await import('./reader.ts')).benchReader,
  leakage: async () => (await import('./leakage.ts')).benchLeakage,
  operations: async () => (await import('./operations.ts')).benchOperations,
  prove: async () => (await import('./prove.ts')).benchProve,
  stop: async () => (await import('./stop.ts')).benchStop,
  witness: async () => (await import('./witness.ts')).benchWitness,
  readme: async () => (await import('./readme.ts')).writeReadme,
}

const [name, ...words] = process.argv.slice(2)
const load = name === undefined ? undefined : BENCHES[name]
if (load === undefined) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(BENCHES).join('|')} [--quick] [options]\n`)
  process.exitCode = 2
} else {
  const options = parseOptions(words)
  const bench = await load()
  await bench(options)
}
