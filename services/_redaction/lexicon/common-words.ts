// Words that are no secrets, where a secret could be expected.

/** Words that sentences about passwords have after the word password: `my password is wrong`. */
const descriptiveWords = new Set(
  `a about accepted again ago all already also always an and any are as ask asked at bad be because been before being blocked
  broken but by can change changed changing code compromised correct could did different do does doesn don email empty enter
  entered error expired expires fails failed false fine for forgot forgotten from gone good had has have help here hidden how
  if in incorrect invalid is isn it its just known last leaked locked long lost manager me min minimum missing must my need
  needed needs never new no none not now null of off ok old on once one only optional or out page please policy private
  protected ready recovery refused rejected required requirements reset right safe same saved secret secure send sent set
  should shown since so some stolen still strong stuck than that the their them then there they this to too true undefined
  unknown unsafe used valid very via was weak were what when where which why will with without working works wrong yes you
  your falsch richtig nicht abgelaufen gesperrt vergessen zurücksetzen incorrecta incorrecto oublié expiré olvidada
  bloqueada`.split(/\s+/),
)

/** More of them, where a plain word without digits is taken for a password. */
const moreDescriptiveWords = new Set(
  `aside because better between complex crap different down dutch easier elsewhere english enough exactly french german greek funny
  great handy hello horrible just later literally longer lower lowercase mine newer nonsense nothing numbers older out public really
  rubbish safer secure sensitive shared short shorter simple sixteen eight twelve somehow something somewhere sorry strange strong
  stronger stupid super terrible there these tough tricky twelve upper uppercase visible weaker weird whatever years yours problem
  characters letters digits perfect random rejected hacked clear crazy silly legit valid wrongly
  pflicht mist quatsch unsinn müll okay geheim
  bloqué changé refusé trop pas bien toujours aussi encore vieux nouveau
  correcto goed juist fout verkeerd kwijt anders hetzelfde zwak sterk kort altijd nieuw oud lang weer nog geldig geheim leeg stuk weg
  podstawa klucz sprawa muito ainda sempre igual dalej zawsze teraz problem jakieś błąd fortsatt fel feil rett okej`.split(
    /\s+/,
  ),
)

/** Whether a word describes a password rather than being one. */
export const isDescriptiveWord = (word: string): boolean => descriptiveWords.has(word.toLowerCase())

/** As `isDescriptiveWord`, with more words: for places where any plain word could be a password. */
export const isDescription = (word: string): boolean =>
  isDescriptiveWord(word) || moreDescriptiveWords.has(word.toLowerCase())

/** Frequent words that are in no word list of wallets (BIP 39), and without which no long sentence is written. */
export const stopWords =
  'the|and|was|are|for|but|not|its|has|had|have|were|been|your|you|can|could|would|should|they|them|these|those|what|why|how|who|did|does|from|with|that|this|which|when|there|here|then'
