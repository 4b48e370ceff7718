/** The gateway room: one request's way through the checkpoint. Start reading at `pipeline.ts`. */
export { type ActorLoad, createActorLoad } from './actor-load.ts'
export { closeAmbiguous } from './close-ambiguous.ts'
export {
  type DecidedEvent,
  type FinishedEvent,
  GATEWAY_LIMITS,
  type GatewayDeps,
  type GatewayLimits,
  type GatewayObserver,
  type Mount,
} from './deps.ts'
export { GatewayError, type GatewayErrorCode } from './error.ts'
export { parseReceiptId, receiptId } from './respond.ts'
export { createGateway, type Gateway } from './server.ts'
export { createWriterDesk, type WitnessedState, type WriterDesk } from './writer-desk.ts'
