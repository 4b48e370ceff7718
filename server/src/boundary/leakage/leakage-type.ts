/** What leaks, by name: types are API, so they are added and never renamed. Spec: docs/spec/leakage.md §2. */
export const LEAKAGE_TYPES = [
  'my_number',
  'drivers_license',
  'bank_account',
  'phone_jp',
  'passport_jp',
  'residence_card',
  'pension_number',
  'credit_card',
  'email',
  'address_jp',
  'name_jp',
  'private_key',
  'aws_key',
  'github_pat',
  'slack',
  'anthropic_key',
  'openai_key',
  'jwt',
  'cloud_key',
  'provider_token',
  'sekisho_token',
  'db_conn',
  'generic_password',
] as const
export type LeakageType = (typeof LEAKAGE_TYPES)[number]

/** A place in a text. Never carries what stands there. */
export interface LeakageSpan {
  readonly type: LeakageType
  /** UTF-16 code units of the original text; `end` is exclusive. */
  readonly start: number
  readonly end: number
}
