/** Where the server is, as it announces itself in DATA_DIR/server.json. */
import { readFile } from 'node:fs/promises'

export interface Announcement {
  readonly gateway: string
  readonly admin: string
  readonly console: string
  readonly dataDir: string
  readonly programme: string
  readonly ledger: { readonly origin: string; readonly verifierKey: string; readonly publicDir: string }
}

/** @throws {Error} that says what to start */
export async function readAnnouncement(file: string): Promise<Announcement> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new Error(`no server has announced itself in \`${file}\`: start one with \`npm run up\``, { cause })
  }
  return JSON.parse(text) as Announcement // Written by the server beside this program, whole or not at all.
}
