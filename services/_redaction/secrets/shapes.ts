const characterClassChange = /[a-z](?=[A-Z\d])|[A-Z](?=[a-z\d])|\d(?=[A-Za-z])/g

/** Whether the character class changes as often as in a random string: names made of words change far less. */
export function isRandom(value: string, minOfEachClass = 2): boolean {
  const counts = [/[a-z]/g, /[A-Z]/g, /\d/g].map(set => value.match(set)?.length ?? 0)
  // An AWS secret key has 40 characters of base64, few of which may be digits.
  if (value.length === 40 && /[/+]/.test(value)) return counts.every(count => count > 0)
  const isMixed = (value.match(characterClassChange)?.length ?? 0) >= value.length * 0.4
  return (
    counts.every(count => count >= minOfEachClass) &&
    new Set(value).size >= Math.min(16, value.length * 0.6) &&
    isMixed &&
    !/\/\w{1,12}\/\w{1,12}\//.test(value)
  )
}

/** Words and numbers joined by dots, dashes or underscores: `order-items-2024`. */
export const isCompoundName = (value: string): boolean => /^(?:[A-Za-z]+|\d+)(?:[_.-](?:[A-Za-z]+|\d+))+$/.test(value)

/** Letters and digits, and no tracking number of UPS. */
export const isLettersAndDigits = (value: string): boolean =>
  /\d/.test(value) && /[A-Za-z]/.test(value) && !/^1Z[A-Z0-9]{16}$/.test(value)
