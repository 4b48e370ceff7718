/** Formats of secrets, as literal prefix and bounded body. Spec: docs/spec/leakage.md. */
export type SecretType = 'private_key' | 'cloud_key' | 'provider_token' | 'jwt' | 'sekisho_token' | 'canary'

export interface SecretFormat {
  readonly name: string
  readonly type: SecretType
}

export const SECRET_FORMATS: readonly SecretFormat[] = []

export function secretSpans(_text: string): { name: string; type: SecretType; start: number; end: number }[] {
  return []
}
