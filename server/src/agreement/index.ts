/** Public surface of the agreement room: the document, the facts its rules read, the model catalogue. */
export type {
  AdmittedInstitution,
  Agreement,
  AgreementParty,
  Article,
  AssetClass,
  Assumption,
  AutonomyLevel,
  Bilingual,
  Body,
  Budget,
  Chamber,
  Clause,
  GrantLimits,
  HoldRule,
  SeatGroup,
  Sector,
  SectorList,
  Stage,
  StageId,
  StopKind,
  StopRule,
  Tier,
  TierId,
} from './agreement.ts'
export { ASSET_CLASSES, AUTONOMY_LEVELS, STAGE_IDS, STOP_KINDS, TIER_IDS } from './agreement.ts'
export { REMEDIES } from './annotations.ts'
export { type AllOf, type AnyOf, type Atom, type Condition, conditionHolds, factsRead } from './condition.ts'
export {
  type Custody,
  type CustodySeat,
  DISCLOSURE_LABELS,
  type DisclosureLabel,
  type DisclosureProfile,
  RETENTION_CLASSES,
  type RetentionClass,
} from './custody.ts'
export { AGREEMENT_ERROR_CODES, AgreementError, type AgreementErrorCode } from './error.ts'
export {
  bilingual,
  factIsOneOf,
  factName,
  factsInWords,
  factValue,
  LANGUAGES,
  type Language,
} from './fact-words.ts'
export { FACT_DEFAULTS, FACT_NAMES, FACT_VALUES, type FactName, type Facts, type FactValue } from './facts.ts'
export { checkCapabilities, loadAgreement } from './load.ts'
export { loadModels, type ModelCatalogue, type ModelDialect, type ModelEntry, modelState } from './models.ts'
export { ORDINARY } from './ordinary.ts'
export type { Amendments, CalendarEntry, Gate, Majority, OrderRule, RolloutRules } from './procedure.ts'
