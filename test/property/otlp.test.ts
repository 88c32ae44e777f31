import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { expect, test } from 'vitest'
import { readTurns } from '#dialects/otel/read-turns.ts'
import { type OtlpSpan, spansOf } from '#dialects/otel/spans.ts'
import { toHttpProblem } from '#runtime/http/error.ts'
import { otlpTypes, readOtlp } from '#services/ingest/otlp/wire.ts'

const hex = (digits: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`))
const part = fc.oneof(
  fc.record({ type: fc.constant('text'), content: fc.string() }),
  fc.record({ type: fc.constant('tool_call'), name: fc.string(), arguments: fc.jsonValue({ maxDepth: 2 }) }),
)
const message = fc.record({
  role: fc.constantFrom('system', 'user', 'assistant', 'tool'),
  parts: fc.array(part, { maxLength: 3 }),
})
const messages = fc.oneof(
  { weight: 5, arbitrary: fc.array(message, { maxLength: 5 }).map(all => JSON.stringify(all)) },
  fc.string(),
)
const attributes = fc.record(
  {
    'gen_ai.operation.name': fc.constantFrom('chat', 'execute_tool', 'invoke_agent', 'embeddings', 'x'),
    'gen_ai.agent.name': fc.constantFrom('desk', 'ghost'),
    'gen_ai.tool.name': fc.string(),
    'gen_ai.input.messages': messages,
    'gen_ai.output.messages': messages,
  },
  { requiredKeys: ['gen_ai.operation.name'] },
)
/** Spans of one trace with different start times. The parent of a span is any of them, or missing. */
const spans: fc.Arbitrary<readonly OtlpSpan[]> = fc
  .array(fc.tuple(attributes, fc.nat(12), fc.nat(5000)), { maxLength: 10 })
  .map(all =>
    all.map(([given, parent, took], at) => ({
      ...{ name: 'chat', isParentRemote: false, isError: false },
      ...{ traceId: 'a'.repeat(32), spanId: idOf(at), parent: parent === 0 ? '' : idOf(parent - 1), sampled: true },
      ...{ start: 1000 * at, end: 1000 * at + took, attributes: given, events: [], resource: {} },
    })),
  )
const idOf = (at: number): string => (at + 1).toString(16).padStart(16, '0')

const isKnown = (agent: string): boolean => agent === 'desk'

test('every span has one outcome, for any order of the spans', () => {
  fc.assert(
    fc.property(
      spans.chain(all => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length }))),
      ([all, shuffled]) => {
        const outcomes = (given: readonly OtlpSpan[]) =>
          readTurns(given, isKnown)
            .map(found => JSON.stringify(found.outcome === 'other' ? found.spans : found))
            .toSorted()
        expect(readTurns(all, isKnown).reduce((sum, found) => sum + found.spans, 0)).toBe(all.length)
        expect(outcomes(shuffled)).toEqual(outcomes(all))
      },
    ),
  )
})

const otlp = protobuf
  .parse(readFileSync('services/ingest/otlp/otlp.proto', 'utf8'))
  .root.lookupType('ExportTraceServiceRequest')

/** AnyValue in the JSON of OTLP; 64-bit numbers are strings there. */
const { value: anyValue } = fc.letrec<{ value: object }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.record({ stringValue: fc.string() }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: fc.maxSafeInteger().map(String) }),
    fc.record({
      doubleValue: fc.double({ noNaN: true, noDefaultInfinity: true }).filter(value => !Object.is(value, -0)),
    }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 3 }) }) }),
    fc.record({
      kvlistValue: fc.record({
        values: fc.array(fc.record({ key: fc.string(), value: tie('value') }), { maxLength: 3 }),
      }),
    }),
  ),
}))
const pairs = fc.array(fc.record({ key: fc.string(), value: anyValue }), { maxLength: 3 })
const nanoseconds = fc.bigInt(0n, 2n ** 63n).map(String)
const exported = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource: fc.record({ attributes: pairs }),
      scopeSpans: fc.array(
        fc.record({
          spans: fc.array(
            fc.record({
              ...{ traceId: hex(32), spanId: hex(16), parentSpanId: fc.oneof(fc.constant(''), hex(16)) },
              ...{
                startTimeUnixNano: nanoseconds,
                endTimeUnixNano: nanoseconds,
                flags: fc.integer({ min: 1, max: 1023 }),
              },
              ...{
                attributes: pairs,
                events: fc.array(fc.record({ name: fc.string(), attributes: pairs }), { maxLength: 2 }),
              },
            }),
            { maxLength: 3 },
          ),
        }),
        { maxLength: 2 },
      ),
    }),
    { maxLength: 2 },
  ),
})
const bytes = (digits: string) => Buffer.from(digits, 'hex')

test('an export means the same in both encodings', () => {
  fc.assert(
    fc.property(exported, body => {
      const packed = structuredClone(body)
      for (const { scopeSpans } of packed.resourceSpans)
        for (const { spans: inScope } of scopeSpans)
          for (const span of inScope)
            Object.assign(span, {
              ...{ traceId: bytes(span.traceId), spanId: bytes(span.spanId), parentSpanId: bytes(span.parentSpanId) },
            })
      const inProtobuf = otlp.encode(otlp.fromObject(packed)).finish()
      expect(spansOf(readOtlp('application/x-protobuf', inProtobuf))).toEqual(
        spansOf(readOtlp('application/json', Buffer.from(JSON.stringify(body)))),
      )
    }),
  )
})

test('any bytes are an export or a refusal that the sender can correct', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...otlpTypes),
      fc.oneof(
        fc.uint8Array(),
        fc.json().map(text => Buffer.from(text)),
      ),
      (type, body) => {
        try {
          spansOf(readOtlp(type, body))
        } catch (error) {
          expect(toHttpProblem(error)?.status).toBe(400)
        }
      },
    ),
  )
})
