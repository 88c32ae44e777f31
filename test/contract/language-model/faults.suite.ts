import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { askJson, type LanguageModel, type Prompt } from '#models/language-model.ts'
import { withRepair } from '#models/repair.ts'
import { withRetries } from '#models/retries.ts'
import { withTimeout } from '#models/timeout.ts'
import { type ModelServer, type ScriptedAnswer, startModelServer } from '#test/support/servers/model-server.ts'

/** Words that must turn up in no refusal and no fault. */
const secrets = ['hunter2-prompt', 'hunter2-answer', 'hunter2-key'] as const
const [asked, answered, key] = secrets

const schema = z.object({ score: z.number().min(0).max(1), reason: z.string() })
const prompt: Prompt & { readonly schema: typeof schema } = {
  messages: [
    { role: 'system', content: 'Score it.' },
    { role: 'user', content: `this: ${asked}` },
  ],
  maxTokens: 50,
  schema,
}
const good = JSON.stringify({ score: 0.25, reason: answered })
const validAnswer = { say: good }
const cut = { say: good.slice(0, -10) }
const tooHigh = { say: JSON.stringify({ score: 7, reason: answered }) }
const prose = { say: `I would say ${answered}, all in all.` }
const busy = { status: 429, headers: { 'retry-after': '0' }, message: asked }
const broken = { status: 500, message: asked }
const html = { raw: `<html>${answered}</html>`, contentType: 'text/html' }
const halfBody = { raw: `{"output": {"message": "${answered}`, contentType: 'application/json' }
const otherBody = { raw: JSON.stringify({ answer: answered }), contentType: 'application/json' }

const neverAborted = new AbortController().signal
const attempts = 3

/** What an adapter makes of a server that errs, seen through the wrappers that stand around it. `open` is given `key`. */
export function languageModelFaults(
  name: string,
  open: (url: string, key: string) => Promise<LanguageModel> | LanguageModel,
): void {
  const withModel = async (...acts: readonly ScriptedAnswer[]) => {
    const server = await startModelServer()
    server.respondWith(...acts)
    const timed = withTimeout(await open(server.url, key), 1_000)
    const retried = withRetries(timed, () => {}, { attempts, firstMs: 1, maxMs: 50 })
    return { server, ask: () => ask(withRepair(retried)) }
  }

  describe(`${name}, when its server errs`, () => {
    test('sends the whole prompt, its limit and no chance', async () => {
      const { server, ask } = await withModel(validAnswer)
      expect(await ask()).toMatchObject({ value: { score: 0.25 }, usage: { inputTokens: 12, outputTokens: 5 } })
      const body = JSON.stringify(server.requests[0]?.body)
      for (const part of ['Score it.', asked, '"temperature":0', ':50']) expect(body).toContain(part)
      expect(server.requests[0]?.headers['authorization']).toBe(`Bearer ${key}`)
    })

    test.each<[string, readonly ScriptedAnswer[]]>([
      ['an answer in a code fence', [{ say: `Sure:\n\`\`\`json\n${good}\n\`\`\`` }]],
      ['prose, then JSON', [prose, validAnswer]],
      ['JSON that is cut off, then whole', [cut, validAnswer]],
      ['a score out of range, then one in it', [tooHigh, validAnswer]],
      ['429 with Retry-After, then an answer', [busy, busy, validAnswer]],
      ['500 and 503, then an answer', [broken, { status: 503 }, validAnswer]],
      ['no answer in time, then one', ['hang', validAnswer]],
      ['half an answer in time, then a whole one', ['stall', validAnswer]],
      ['a web page, then an answer', [html, validAnswer]],
      ['half a body, then an answer', [halfBody, validAnswer]],
      ['a body of another kind, then an answer', [otherBody, validAnswer]],
      ['all of it', ['hang', busy, prose, broken, html, validAnswer]],
    ])('gets over %s', async (_what, acts) => {
      const { server, ask } = await withModel(...acts)
      expect(await ask()).toMatchObject({ value: { score: 0.25, reason: answered } })
      expect(server.requests).toHaveLength(acts.length)
    })

    test.each<[string, ScriptedAnswer, RegExp, number]>([
      ['prose', prose, /and neither was the corrected one: it is not JSON/, 2],
      ['cut-off JSON', cut, /and neither was the corrected one: it is not JSON/, 2],
      ['a score out of range', tooHigh, /score is wrong \(must be at most 1\)/, 2],
      ['429', busy, /given up after 3 attempts: .* answered 429/, attempts],
      ['500', broken, /given up after 3 attempts: .* answered 500/, attempts],
      ['silence', 'hang', /given up after 3 attempts: .* no answer within 1000 ms/, attempts],
      ['half an answer', 'stall', /given up after 3 attempts: .* no answer within 1000 ms/, attempts],
      ['web pages', html, /given up after 3 attempts: .* cannot be read/, attempts],
      ['half a body', halfBody, /given up after 3 attempts: .* cannot be read/, attempts],
      ['a body of another kind', otherBody, /given up after 3 attempts: .* cannot be read/, attempts],
      ['a long Retry-After', { status: 429, headers: { 'retry-after': '7200' } }, /given up after 1 attempt: /, 1],
      ['400', { status: 400, message: asked }, /the model refused the prompt: 400/, 1],
    ])('refuses after nothing but %s, without a word of the chat', async (_what, act, reason, requests) => {
      const { server, ask } = await withModel(act)
      const answer = await ask()
      expect(answer).toEqual({ refused: expect.stringMatching(reason) })
      expect(server.requests).toHaveLength(requests)
      holdsNoSecret(answer)
    })

    test.each([403, 404])('%i is a mistake in the settings', async status => {
      const { server, ask } = await withModel({ status, message: asked })
      const fault = await ask().catch((error: unknown) => error)
      expect(fault).toMatchObject({ code: 'FLY_CONFIG', message: expect.stringContaining('FLYWHEEL_MODEL') })
      expect(server.requests).toHaveLength(1)
      holdsNoSecret(fault)
    })

    test('a server that is not there is refused in the end', async () => {
      const nobody = withRetries(await open('http://127.0.0.1:1', key), () => {}, {
        attempts,
        firstMs: 1,
        maxMs: 5,
      })
      const answer = await ask(nobody)
      expect(answer).toEqual({ refused: expect.stringMatching(/given up after 3 attempts: .* cannot be reached/) })
    })

    test('faults of single attempts hold no chat text either', async () => {
      for (const act of [busy, broken, html, halfBody, otherBody, 'hang', 'stall'] as const) {
        const server: ModelServer = await startModelServer()
        server.respondWith(act)
        const fault = await ask(withTimeout(await open(server.url, key), 300)).catch((error: unknown) => error)
        expect(fault).toMatchObject({ code: 'FLY_MODEL' })
        holdsNoSecret(fault)
      }
    })
  })
}

const ask = (model: LanguageModel) => askJson(model, prompt, neverAborted)

function holdsNoSecret(what: unknown): void {
  const shown = inspect(what, { depth: 20, showHidden: true })
  for (const secret of secrets) expect(shown).not.toContain(secret)
}
