/** Openings and courtesies that carry no content; removed wherever they stand, longest first. */
const courtesyPhrases = `
good morning|good afternoon|good evening|hi there|hello there|hey there|hi|hello|hey|dear (?:sir|madam|team)
thank you so much|thank you very much|thank you|thanks in advance|thanks so much|thanks a lot|many thanks|thanks|cheers
please help me(?: with this)?|please help|can you help me(?: with)?|could you help me(?: with)?|i need (?:some )?help with
(?:can|could|would|will) you (?:please )?(?:kindly )?(?:tell me|show me|explain to me|explain|let me know|check)
(?:can|could|would|will) you(?: please)?|(?:i am|i'm) (?:trying|looking) to|i (?:would like|'d like|want|need|wish) to
i'd like to|i(?: was|'m| am) wondering (?:if|whether)|do you know (?:if|whether)?|i have a question(?: about)?
tell me|show me|let me know|quick question|please|kindly|so|well|okay|ok|um|uh|just|actually|basically
`
  .trim()
  .split(/\s*[|\n]\s*(?![^(]*\))/)
  .sort((left, right) => right.length - left.length)

const COURTESY_PATTERN = new RegExp(`(?<![\\w'$])(?:${courtesyPhrases.join('|')})(?![\\w'])[,.!:;]*`, 'gi')
const MAX_CHARACTERS = 400

/**
 * The planner's query argument for a question: its own words without greetings and courtesies, at most 400 characters.
 * Nothing is rephrased, so every figure, date and ticker survives as written (see `figures`). A text of nothing but
 * courtesies is returned whole: an empty argument would be worse.
 */
export function queryArgument(question: string): string {
  const whole = collapseWhitespace(question)
  const condensed = collapseWhitespace(whole.replace(COURTESY_PATTERN, ' '))
  return truncateAtWord(/[\p{L}\p{N}]/u.test(condensed) ? condensed : whole)
}

function collapseWhitespace(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/ (?=[,.!?;:])/g, '')
    .replace(/^[\s,.!?;:-]+|[\s,.!?;:-]+$/g, '')
}

/** Cuts at a word's end, so that a figure is dropped rather than changed. */
function truncateAtWord(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text
  const head = text.slice(0, MAX_CHARACTERS + 1)
  const end = head.lastIndexOf(' ')
  return collapseWhitespace(head.slice(0, end > 0 ? end : MAX_CHARACTERS))
}
