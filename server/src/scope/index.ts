/**
 * The scope room: addresses, names and places in comparable form, and whether a target is among given assets.
 */
export { contains, parseAddress, parseNetwork } from './address.ts'
export { openNameServers } from './name-server.ts'
export {
  confirmName,
  findMoved,
  followRedirect,
  type LookedUp,
  type NameResolution,
  type NameResolver,
  resolveNames,
  withAddresses,
} from './resolve-names.ts'
export { type Asset, parseAsset, resolveScope, type ScopeResolution } from './scope.ts'
