/** Keys of content: wrapped to institution and custodians, rotated, opened by them, destroyed as stated. */
export { Custody, type CustodyOptions, recipientsOf } from './custody.ts'
export { carryOut, type ShreddingLedger } from './destruction.ts'
export { CustodyError, type CustodyErrorCode } from './error.ts'
export { CUSTODY_KEY_TYPE, type CustodyKeyFile, makeCustodyKey, readCustodyKey } from './key-file.ts'
export { type CustodyRing, endOf, GRACE_MS, openCustodyRing } from './ring.ts'
export {
  combine,
  custodyKeyId,
  openAsInstitution,
  openShares,
  type Recipients,
  type SeatShares,
  wrap,
} from './wrap.ts'
