/** Pairs of words or phrases that can replace each other in any question to a support desk. */
const synonymPairs = `
  i have | i've
  i would | i'd
  i will | i'll
  there is | there's
  where is | where's
  how is | how's
  will not | won't
  was not | wasn't
  has not | hasn't
  have not | haven't
  could not | couldn't
  would not | wouldn't
  assist | help
  aid | assistance
  a few | several
  additional | extra
  currently | now
  previously | before
  entire | whole
  each | every
  okay | ok
  appears | seems
  tried | attempted
  keeps | continues
  recently | lately
  kindly | please
  would like | want
  resolve | fix
  problem | issue
  incorrect | wrong
  begin | start
  permitted | allowed
  possible | doable
  large | big
  small | little
  cannot | can't
  do not | don't
  did not | didn't
  does not | doesn't
  is not | isn't
  i am | i'm
  it is | it's
  what is | what's
  refund | reimbursement
  remove | delete
  find | locate
  tell | inform
  clarify | explain
  immediately | right away
  perhaps | maybe
  regarding | about
  quickly | fast
  yet | so far
`

const synonyms = new Map<string, string>()
for (const pair of synonymPairs.trim().split('\n')) {
  const [left = '', right = ''] = pair.split('|').map(word => word.trim())
  synonyms.set(left, right)
  synonyms.set(right, left)
}

/** Another word for this one, in lower case; undefined where the table has none. */
export function synonymOf(word: string): string | undefined {
  return synonyms.get(word.toLowerCase())
}
