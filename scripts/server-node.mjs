/** How Node runs a server, wherever it is started from: measured in docs/decisions/0703. */

/** Young objects die young here: a small nursery keeps memory low under load, for the same CPU. */
export const SERVER_FLAGS = ['--max-semi-space-size=16']

/** One arena of the C library for all threads: several kept some 80 MB apart, for no less CPU. */
export const SERVER_ENV = { MALLOC_ARENA_MAX: '1' }
