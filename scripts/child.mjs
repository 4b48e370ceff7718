/** Child processes that share the terminal, and take the signals we get. */
import { spawn } from 'node:child_process'

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Runs a program to its end; resolves to its exit code (128 + n after a signal). */
export function runChild(file, argv, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, argv, { stdio: 'inherit', ...options })
    const passOn = (signal) => child.kill(signal)
    // Ctrl-C reaches the child by itself; we only must not end before it.
    const listeners = PASSED_ON.map((signal) => [
      signal,
      signal === 'SIGINT' ? () => undefined : () => passOn(signal),
    ])
    for (const [signal, listener] of listeners) process.on(signal, listener)
    const settle = (act) => {
      for (const [signal, listener] of listeners) process.off(signal, listener)
      act()
    }
    child.once('error', (error) => settle(() => reject(error)))
    child.once('exit', (code, signal) => settle(() => resolve(code ?? (signal === 'SIGINT' ? 130 : 143))))
  })
}
