/**
 * The identity room: Ed25519 keys, the files that hold them, and the strict shapes of what strangers sign.
 */
export { IdentityError, type IdentityErrorCode } from './error.ts'
export {
  generateKeyPair,
  type KeyPair,
  keyIdOfBase64,
  keyPairFromSeed,
  type SigningKey,
  verifyWith,
} from './key.ts'
export { type KeyFile, type KeyHolder, type OwnerKind, readKeyFile, writeKeyFile } from './key-file.ts'
export {
  boolean,
  either,
  integer,
  list,
  nullable,
  object,
  oneOf,
  type Shape,
  type Shaped,
  ShapeError,
  text,
  withFlag,
} from './shape.ts'
