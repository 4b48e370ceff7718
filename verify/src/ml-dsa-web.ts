/** ML-DSA-44 from WebCrypto; `#ml-dsa` in browsers. FIPS 204 with an empty context. Few browsers have it yet. */

/** Whether `signature` is `publicKey`'s over `message`; null when this runtime cannot tell. */
export async function verifyMlDsa44(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean | null> {
  if (publicKey.length !== 1312 || signature.length !== 2420) return false
  let key: Awaited<ReturnType<typeof crypto.subtle.importKey>>
  try {
    // The format and the name are of a draft that not every type library has: they are told apart at run time.
    const format = 'raw-public' as 'raw'
    key = await crypto.subtle.importKey(format, new Uint8Array(publicKey), 'ML-DSA-44', false, ['verify'])
  } catch {
    return null
  }
  return crypto.subtle.verify('ML-DSA-44', key, new Uint8Array(signature), new Uint8Array(message))
}
