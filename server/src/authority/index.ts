/**
 * The authority room: the one writer of a programme, its gateways, leases and the channel between them.
 *
 * A gateway is written against `Authority`; administration against `Programme`.
 */
export { type AppendOptions, type Authority, type AuthorityAppended, LEASE_MS_MAX } from './authority.ts'
export { type ConnectedAuthority, type ConnectOptions, connectAuthority } from './authority-worker.ts'
export { type Channel, channelToChild, channelToParent } from './channel.ts'
export { openProgramme } from './open.ts'
export type { Programme, ProgrammeOptions, Submitted } from './programme.ts'
