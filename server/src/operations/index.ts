/** Public surface of the operations room: tools governed call by call. */
export { type BrokerDeps, type BrokerObserver, createBroker } from './broker.ts'
export { type CallDeps, type CallEnd, type Caller, passCall, type RecordedCall } from './call.ts'
export {
  type Catalogue,
  type CataloguedTool,
  type CatalogueOptions,
  openCatalogue,
  type ToolState,
  toolState,
} from './catalogue.ts'
export { OPERATIONS_ERROR_CODES, OperationsError, type OperationsErrorCode } from './error.ts'
export { createToolEndpoint, type EndpointDeps } from './http-endpoint.ts'
export {
  EFFECTS,
  type Effect,
  parseToolsFile,
  type ServerDeclaration,
  type ToolDeclaration,
} from './tools-file.ts'
