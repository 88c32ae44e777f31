import { setTimeout as pause } from 'node:timers/promises'
import { openConnection } from './connection.ts'

/** A request and how many turns it holds. */
export type LoadRequest = { readonly body: string; readonly turns: number }

export type LoadOptions = {
  readonly url: string
  readonly path: string
  readonly type: string
  readonly connections: number
  /** Requests/s, sent at fixed times (open loop); absent: each connection sends when it has its answer (closed loop). */
  readonly perSecond?: number
  readonly milliseconds: number
  readonly nextRequest: () => LoadRequest
  readonly onAnswer: (shot: LoadRequest, status: number, text: string, tookMs: number) => void
}

/** Sends for some time, waits for the last answers, and returns how many requests found no free connection in time. */
export async function runLoad(settings: LoadOptions): Promise<{ readonly unsent: number }> {
  const { url, path, type, perSecond, nextRequest, onAnswer } = settings
  const head = `POST ${path} HTTP/1.1\r\nhost: bench\r\ncontent-type: ${type}\r\n`
  const end = performance.now() + settings.milliseconds
  const gate = perSecond === undefined ? undefined : createRateGate(perSecond, end)
  const one = async (): Promise<void> => {
    const connection = openConnection(url)
    while (performance.now() < end) {
      await gate?.pass()
      if (performance.now() >= end) break
      const shot = nextRequest()
      const started = performance.now()
      const { status, text } = await connection.send(head, shot.body)
      onAnswer(shot, status, text, performance.now() - started)
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: settings.connections }, one))
  return { unsent: gate?.left() ?? 0 }
}

/** Lets a given number through per second; others wait in a queue. */
function createRateGate(perSecond: number, end: number) {
  const line: (() => void)[] = []
  let due = 0
  const tick = async (): Promise<void> => {
    for (let last = performance.now(); last < end; ) {
      await pause(2)
      const now = performance.now()
      due += ((now - last) / 1_000) * perSecond
      last = now
      for (; due >= 1 && line.length > 0; due--) line.shift()?.()
    }
    for (const pass of line.splice(0)) pass()
  }
  tick()
  return {
    pass: () => new Promise<void>(resolve => (performance.now() < end ? line.push(resolve) : resolve())),
    left: () => Math.floor(due),
  }
}
