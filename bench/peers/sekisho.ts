import type { StartPeer } from './peer.ts'

export const startSekisho: StartPeer = async () => ({ skipped: 'not wired yet' })
