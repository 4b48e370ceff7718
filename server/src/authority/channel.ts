/**
 * A message channel between the writer and a gateway worker process.
 *
 * Over `child_process` use `serialization: 'advanced'`: entries carry Buffers.
 */
import type { ChildProcess } from 'node:child_process'
import { ProgrammeError } from '../programme/index.ts'

/** Messages between the writer and one gateway process, in order. */
export interface Channel {
  /** Never throws; a message to a closed channel is dropped. */
  send(message: object): void
  onMessage(listener: (message: unknown) => void): void
  /** Called once when the other side is gone. */
  onClose(listener: () => void): void
  /** Lets go of the other side. */
  close(): void
}

/** The writer's end: a channel to a child forked with `serialization: 'advanced'`. */
export function channelToChild(child: ChildProcess): Channel {
  return {
    send(message) {
      // A failed send means that the child is gone; `onClose` tells.
      if (child.connected) child.send(message, () => undefined)
    },
    onMessage: (listener) => void child.on('message', listener),
    onClose(listener) {
      child.once('disconnect', listener)
    },
    close() {
      if (child.connected) child.disconnect()
    },
  }
}

/** The worker's end. @throws {ProgrammeError} `programme_channel_closed` when this process was not forked with one */
export function channelToParent(): Channel {
  if (process.send === undefined) {
    throw new ProgrammeError('programme_channel_closed', 'this process has no channel to a parent')
  }
  return {
    send(message) {
      // The types leave out the callback form without options.
      if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
    },
    onMessage: (listener) => void process.on('message', listener),
    onClose(listener) {
      process.once('disconnect', listener)
    },
    close() {
      if (process.connected) process.disconnect?.()
    },
  }
}
