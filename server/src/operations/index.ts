/** Public surface of the operations room: tools governed call by call. */
export { type BrokerDeps, type BrokerObserver, createBroker } from './broker.ts'
export {
  type CallDeps,
  type CallEnd,
  type Caller,
  passCall,
  previewCall,
  type RecordedCall,
  type RunMark,
} from './call.ts'
export {
  type BuiltinServer,
  type Catalogue,
  type CataloguedTool,
  type CatalogueOptions,
  openCatalogue,
  type ToolState,
  toolState,
} from './catalogue.ts'
export {
  type Deconfliction,
  type DeconflictWindow,
  deconflictReceipt,
  deconflictTarget,
  type OwnAction,
} from './deconflict.ts'
export { OPERATIONS_ERROR_CODES, OperationsError, type OperationsErrorCode } from './error.ts'
export { createToolEndpoint, type EndpointDeps } from './http-endpoint.ts'
export { createSteered, type Steered } from './steered.ts'
export {
  EFFECTS,
  type Effect,
  parseToolsFile,
  type ServerDeclaration,
  type ToolDeclaration,
} from './tools-file.ts'
