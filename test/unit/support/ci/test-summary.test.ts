import { expect, test } from 'vitest'
import { summarizeRun, type VitestReport } from '#test/support/ci/test-summary.ts'

const good: VitestReport = {
  ...{ success: true, numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 },
  testResults: [{ name: 'a.test.ts', status: 'passed', assertionResults: [{ status: 'passed' }] }],
}

test('a good run', () => expect(summarizeRun(good)).toEqual({ line: '3 passed, 0 failed', ok: true, notes: [] }))

test('skipped tests are told', () => {
  expect(summarizeRun({ ...good, numPendingTests: 1, numTodoTests: 1 })).toMatchObject({
    line: '3 passed, 0 failed, 2 skipped',
    ok: true,
  })
})

test('failed tests are counted once', () => {
  const testResults = [
    { name: 'a.test.ts', status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'failed' }] },
  ]
  expect(summarizeRun({ ...good, success: false, numFailedTests: 2, testResults })).toMatchObject({
    line: '3 passed, 2 failed',
    ok: false,
  })
})

test('a file that did not load is a failure', () => {
  const testResults = [{ name: 'a.test.ts', status: 'failed', message: 'no such module\nat x', assertionResults: [] }]
  expect(summarizeRun({ ...good, success: false, testResults })).toEqual({
    ...{ line: '3 passed, 1 failed', ok: false, notes: ['a.test.ts: no such module'] },
  })
})

test('an error outside of any test is a failure', () => {
  expect(summarizeRun({ ...good, success: false })).toMatchObject({ line: '3 passed, 1 failed', ok: false })
})

test('a failed step besides the tests is a failure', () => {
  expect(summarizeRun(good, ['npm run check'])).toEqual({
    line: '3 passed, 1 failed',
    ok: false,
    notes: ['npm run check'],
  })
})

test('a run without tests, or without a report, is not good', () => {
  expect(summarizeRun({ ...good, numPassedTests: 0, testResults: [] })).toMatchObject({
    line: '0 passed, 0 failed',
    ok: false,
  })
  expect(summarizeRun(undefined)).toMatchObject({ line: '0 passed, 1 failed', ok: false })
})
