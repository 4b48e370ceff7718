/**
 * A batch of frames side by side in one buffer: written to the log as it lies here.
 *
 * Frames are made in place, so that an entry costs no allocation and no copy on its way to the disk.
 */
import type { LedgerError } from './error.ts'
import type { Frame } from './frame.ts'

/** Room of a new batch, and the most a used one keeps. */
const ROOM_BYTES = 256 * 1024

/** An entry whose frame lies in a batch. */
export interface Pending extends Pick<Frame, 'kind' | 'index' | 'refers'> {
  readonly frameBytes: number
  readonly resolve: () => void
  readonly reject: (error: LedgerError) => void
}

export class Batch {
  readonly entries: Pending[] = []
  #room = Buffer.allocUnsafeSlow(ROOM_BYTES)
  #used = 0

  get usedBytes(): number {
    return this.#used
  }

  /** All frames, one after the other. */
  get frames(): Buffer {
    return this.#room.subarray(0, this.#used)
  }

  /** Room for one more frame of at most `bytes`. It counts only once it was added. */
  reserve(bytes: number): Buffer {
    const end = this.#used + bytes
    if (end > this.#room.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end, this.#room.length * 2))
      larger.set(this.frames)
      this.#room = larger
    }
    return this.#room.subarray(this.#used, end)
  }

  /** Takes the frame that was made in the reserved room. */
  add(pending: Pending): void {
    this.entries.push(pending)
    this.#used += pending.frameBytes
  }

  /** Empties it for the next use. */
  clear(): void {
    this.entries.length = 0
    this.#used = 0
    if (this.#room.length > ROOM_BYTES) this.#room = Buffer.allocUnsafeSlow(ROOM_BYTES)
  }
}
