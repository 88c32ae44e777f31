import type { OtlpSpan } from './spans.ts'

/** Who is above whom. */
export type SpanTree = {
  /** The span and those above it, as far as they are known. Bounded, since a faulty sender may form a cycle. */
  readonly pathOf: (span: OtlpSpan) => readonly OtlpSpan[]
  /** Whether a span below it is of a kind. */
  readonly hasBelow: (span: OtlpSpan, isOne: (span: OtlpSpan) => boolean) => boolean
  /** Whether nothing is above the top of the path that could still be exported: a parent ends after its children. */
  readonly isWhole: (span: OtlpSpan) => boolean
}

const maxLevels = 100

export function spanTree(spans: readonly OtlpSpan[]): SpanTree {
  const byId = new Map(spans.map(span => [`${span.traceId}/${span.spanId}`, span]))
  const pathOf = (span: OtlpSpan): readonly OtlpSpan[] => {
    const path: OtlpSpan[] = []
    for (let next: OtlpSpan | undefined = span; next && path.length < maxLevels; ) {
      path.push(next)
      next = next.parent === '' ? undefined : byId.get(`${next.traceId}/${next.parent}`)
    }
    return path
  }
  return {
    pathOf,
    hasBelow: (span, isOne) => spans.some(one => one !== span && isOne(one) && pathOf(one).includes(span)),
    isWhole(span) {
      const top = pathOf(span).at(-1) ?? span
      return top.parent === '' || top.isParentRemote
    },
  }
}
