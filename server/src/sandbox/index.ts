/** Public surface of the sandbox room: contained programs and the folders they work in. */
export { type Bind, DEFAULT_LIMITS, type Limits } from './arguments.ts'
export { SANDBOX_ERROR_CODES, SandboxError, type SandboxErrorCode } from './error.ts'
export { openSandbox, type Sandbox, type SandboxEnd, type SandboxResult, type SandboxRun } from './sandbox.ts'
export type { Workspace } from './workspace.ts'
