import { createRequire } from 'node:module'
import { encodeProduceRequest, type ProduceRequest } from '../produce/produce-request.ts'
import { registerCodecs } from './codecs.ts'
import type { ProduceResponse } from './kafkajs-broker.ts'

const kafkajsModule = createRequire(import.meta.url)

let patched = false

/** Changes kafkajs 2.2.4 in this process, for all its clients: a faster encoder, whole responses, all codecs, and one warning less. */
export function patchKafkajs(): void {
  if (patched) return
  patched = true
  patchProduceRequests()
  registerCodecs()
  suppressTimeoutWarning()
}

type KafkajsRequest = {
  readonly request: { readonly encode: () => Promise<ReturnType<typeof encodeProduceRequest>> }
  readonly response: { readonly parse: (response: ProduceResponse) => Promise<ProduceResponse> }
}
type KafkajsRequestDefinition = {
  protocol: (api: { readonly version: number }) => (produce: ProduceRequest) => KafkajsRequest
}

/** The responses with errors, by the error that kafkajs throws for them. */
const refusedResponses = new WeakMap<object, ProduceResponse>()

/**
 * Requests: for each record kafkajs allocates several zeroed buffers of 512 bytes and copies the record four times: more CPU time
 * than all the rest of processing it. They are encoded by `encodeProduceRequest` instead, in one pass into one buffer; the
 * bytes are the same (produce-request.test.ts). Requests that this program never sends (compressed, or with timestamps) are
 * left to kafkajs.
 *
 * Responses: kafkajs throws the first error of a response and drops the rest, so it is not known which partitions were written.
 * They are kept beside the error.
 */
function patchProduceRequests(): void {
  const definition: KafkajsRequestDefinition = kafkajsModule('kafkajs/src/protocol/requests/produce')
  const { protocol } = definition
  definition.protocol = api => produce => {
    const original = protocol(api)(produce)
    const { request, response } = original
    const parse = (answer: ProduceResponse): Promise<ProduceResponse> =>
      response.parse(answer).catch(error => {
        refusedResponses.set(error, answer)
        throw error
      })
    const encode = async () => encodeProduceRequest(produce, Date.now())
    const isOurs = api.version >= 3 && isSupported(produce)
    return { ...original, request: isOurs ? { ...request, encode } : request, response: { ...response, parse } }
  }
}

/** The whole response to a produce request, where `error` is one that it contains. */
export const refusedProduceResponse = (error: object): ProduceResponse | undefined => refusedResponses.get(error)

/** kafkajs's error for a number of Kafka's protocol. */
export const errorOfCode: (code: number) => Error = kafkajsModule('kafkajs/src/protocol/error').createErrorFromCode

const isSupported = ({ compression = 0, topicData }: ProduceRequest): boolean =>
  compression === 0 &&
  topicData.every(({ partitions }) =>
    partitions.every(({ messages }) => messages.every(({ timestamp }) => timestamp === undefined)),
  )

/**
 * kafkajs schedules its request queue with a negative delay. Node sets it to 1 ms and warns once per process: harmless. Only
 * that warning, from that file, is dropped.
 */
function suppressTimeoutWarning(): void {
  const emit = process.emitWarning as (...args: unknown[]) => void
  process.emitWarning = (...args: unknown[]): void => {
    const isKnown =
      args[1] === 'TimeoutNegativeWarning' && new Error().stack?.includes('kafkajs/src/network/requestQueue')
    if (!isKnown) emit.apply(process, args)
  }
}
