/**
 * Who calls the admin listener: a credential of administration, and the good standing of its holder.
 *
 * HOSTILE: a credential that fails is an error, never a caller without a name. Spec: docs/spec/http.md §2.
 */
import type { IncomingMessage } from 'node:http'
import { type AdminCaller, presentedToken } from '../access/index.ts'
import type { Programme } from '../authority/index.ts'
import type { Institution } from '../programme/index.ts'
import { HttpError } from './error.ts'

export interface CallerSource {
  readonly programme: Pick<Programme, 'administration'>
}

/** @throws {HttpError} `http_credential_required`, `http_not_entitled` */
export function callerOf(request: IncomingMessage, { programme }: CallerSource): AdminCaller {
  const presented = presentedToken(request.headers)
  const result = presented.ok ? programme.administration.authenticate(presented.token) : presented
  if (result.ok && 'caller' in result) return inGoodStanding(result.caller)
  throw credentialRequired(result.ok ? 'unknown' : result.failure)
}

export function credentialRequired(failure: string): HttpError {
  const how = 'mint one with `sekisho token --administration --key FILE`'
  const why =
    failure === 'missing'
      ? `send \`Authorization: Bearer CREDENTIAL\`: ${how}`
      : failure === 'malformed'
        ? `that is no credential of administration, which begins with \`sekisho_admin_\`: ${how}`
        : `the credential is ${failure}: ${how}`
  return new HttpError('http_credential_required', why)
}

/** A person of an institution, or one acting for it: whose records they ask for. @throws {HttpError} `http_not_entitled` */
export function personOf({ actor, institution }: AdminCaller): {
  readonly actor: NonNullable<AdminCaller['actor']>
  readonly institution: Institution
} {
  if (actor !== null && institution !== null) return { actor, institution }
  throw new HttpError('http_not_entitled', 'records of an institution are for people of that institution')
}

/** What is served here passes no decision, so the credential of somebody suspended since is refused here. */
function inGoodStanding(caller: AdminCaller): AdminCaller {
  if (caller.standing === 'good') return caller
  throw new HttpError('http_not_entitled', `the credential is good, its holder is not: ${caller.standing}`)
}
