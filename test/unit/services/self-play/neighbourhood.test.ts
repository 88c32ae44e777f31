import { expect, test } from 'vitest'
import { createNeighbourhood } from '#services/self-play/neighbourhood.ts'
import type { GoldQuestion } from '#services/self-play/state.ts'

const parent: GoldQuestion = {
  question: 'what are the fees for a wire to my bank',
  earlier: [],
  tool: 'fees',
  family: 'f',
}
const asked = (question: string) => ({ question, earlier: [] })

test('a variant may resemble its parent, but not another question, an earlier variant or a sibling', () => {
  const variant = 'what are the fees for a wire to my bnak'
  const among = (over: Partial<Parameters<typeof createNeighbourhood>[0]>, siblings: string[] = []) =>
    createNeighbourhood({ parent, gold: [], synthetic: [], ...over })(asked(variant), siblings.map(asked)).isDuplicate
  expect(among({})).toBe(false)
  expect(among({ gold: [{ ...parent, question: 'what are the fees for a wire to my bank?' }] })).toBe(true)
  expect(among({ synthetic: [asked('What are the fees for a wire to my bnak!')] })).toBe(true)
  expect(among({}, ['what are the fees for a wire to my bnakk'])).toBe(true)
  expect(among({ gold: [{ ...parent, question: 'can I change my address' }] }, ['fees for wires?'])).toBe(false)
  const same = createNeighbourhood({ parent, gold: [], synthetic: [] })(
    asked('What are the fees, for a wire to my bank?'),
    [],
  )
  expect(same.isDuplicate).toBe(true)
})

test('the nearest gold of the own tool and of others is measured, and the parent votes', () => {
  const rival = { question: 'send a wire to my bank', earlier: [], tool: 'wire', family: 'g' }
  const near = createNeighbourhood({ parent, gold: [rival], synthetic: [] })(asked('fees of a wire'), [])
  expect(near.own).toBeGreaterThan(near.other)
  expect(near.other).toBeGreaterThan(0)
  expect(near.nearest.map(({ tool }) => tool)).toEqual(['fees', 'wire'])
})
