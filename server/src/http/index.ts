/** Admin, console and public listeners. Layer 8. Spec: docs/spec/http.md. */

export { type AdminDeps, createAdminListener } from './admin.ts'
export { type ConsoleDeps, createConsoleListener } from './console.ts'
export { HttpError, type HttpErrorCode } from './error.ts'
export { listen } from './listener.ts'
export { createMetrics, type Metrics, type MetricsSource } from './metrics.ts'
export { figuresOf } from './route-appeals.ts'
export type { EvidenceDesk, LentKey } from './route-evidence.ts'
