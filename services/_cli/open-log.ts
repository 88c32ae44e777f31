import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { isObject, parseIfJson } from '#runtime/core/json.ts'
import { openReader, type Reader } from '#runtime/host/connections.ts'
import { bearerHeader } from '#runtime/http/bearer.ts'

export type OpenedLog = Omit<Reader, 'close'>

/**
 * Calls a route of the process that holds the log: GET, or POST where there is a body. FLY_HOME where no process answers, or
 * another one.
 */
export type CallHolder = (path: string, body?: object) => Promise<Response>

/**
 * Reads the log that the settings name; creates none. Only one process can open an embedded log; where a running one holds it, its
 * HTTP listener on `port` of this host does the same work.
 */
export async function withLogOrHolder(
  settings: Settings,
  signal: AbortSignal,
  use: {
    readonly log: (opened: OpenedLog) => Promise<void>
    readonly holder: (call: CallHolder) => Promise<void>
  },
): Promise<void> {
  let opened: Reader
  try {
    opened = await openReader(settings)
  } catch (error) {
    if (!(error instanceof Fault) || typeof error.details['inUseBy'] !== 'number') throw error
    return use.holder(callHolder(settings, error, signal))
  }
  try {
    await use.log(opened)
  } finally {
    await opened.close()
  }
}

function callHolder({ port, apiKey }: Settings, inUse: Fault, signal: AbortSignal): CallHolder {
  const request = (path: string, options: RequestInit): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, { ...options, signal }).catch(error => {
      const message = `${inUse.message}; and no flywheel process answers on port ${port}: give its --port`
      throw new Fault('FLY_HOME', message, {}, error)
    })
  /** Another deployment may listen on the port: what is asked for must not happen in its folder. */
  const verifyHolder = async (): Promise<void> => {
    const health = parseIfJson(await (await request('/health', {})).text())
    if (isObject(health) && health['process'] === inUse.details['inUseBy']) return
    throw new Fault('FLY_HOME', `${inUse.message}; the process on port ${port} is another one: give its --port`)
  }
  let verified: Promise<void> | undefined
  return async (path, body) => {
    verified ??= verifyHolder()
    await verified
    const answer = await request(path, {
      headers: { ...bearerHeader(apiKey), ...(body && { 'content-type': 'application/json' }) },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    })
    if (answer.ok || answer.status === 404) return answer
    const text = (await answer.text()).slice(0, 300)
    throw new Fault('FLY_USAGE', `http://127.0.0.1:${port}${path} answered ${answer.status}: ${text}`)
  }
}

/** The JSON values of a response with one per line, in batches as they arrive. FLY_BROKER when it is cut off. */
export async function* jsonLines(answer: Response, whatToDo: string): AsyncGenerator<readonly unknown[]> {
  let rest = ''
  const body = answer.body?.pipeThrough(new TextDecoderStream()) ?? []
  try {
    for await (const text of body) {
      const end = text.lastIndexOf('\n')
      if (end < 0) rest += text
      else {
        yield `${rest}${text.slice(0, end)}`.split('\n').map(line => JSON.parse(line) as unknown)
        rest = text.slice(end + 1)
      }
    }
  } catch (error) {
    throw new Fault('FLY_BROKER', `the connection to the flywheel process was lost: ${whatToDo}`, {}, error)
  }
}
