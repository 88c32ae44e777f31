/** A pure function of a text that remembers its newest answers: for texts that come again soon, as those of one conversation do. */
export function memo<T>(of: (text: string) => T): (text: string) => T {
  const answers = new Map<string, T>()
  return text => {
    const known = answers.get(text)
    if (known !== undefined) return known
    const answer = of(text)
    if (answers.size === most) answers.delete(answers.keys().next().value ?? '')
    answers.set(text, answer)
    return answer
  }
}

const most = 1_000
