/** Which programme a signature is for: what the key file says, else what the server says. */
import type { Arguments, CliContext } from './command.ts'
import { adminUrl, callServer, textMember } from './server-call.ts'
import type { Signer } from './signer.ts'

export async function programmeId(args: Arguments, context: CliContext, signer: Signer): Promise<string> {
  if (signer.programme !== null) return signer.programme
  const { json } = await callServer(context, 'GET', `${adminUrl(args, context)}/v1/programme`)
  return textMember(json, 'programme')
}
