/** Where the server is, as it announces itself in DATA_DIR/server.json. */
import { readFile } from 'node:fs/promises'
import type { Announcement } from '../src/serve.ts'

export type { Announcement }

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
