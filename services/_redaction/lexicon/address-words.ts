// How people write the characters of an e-mail address so that machines do not read them: `jane (at) example dot com`.

/** Words for @. */
export const atWords = 'at|ät|arroba|arobase|chiocciola|małpa|apenstaartje|klammeraffe'
/** Words for a dot. */
export const dotWords = 'dot|punkt|punto|point|ponto|kropka'
/** Words for other characters of a local part. */
export const localPartWords = { underscore: '_', dash: '-', hyphen: '-' } as const

/** @ as itself, percent-encoded, or as an HTML entity. */
export const atSign = '(?:@|%40|&#64;)'
/** A word for @ in brackets, also the letter a: `(at)`, `[a]`. */
export const bracketedAt = `[([{<] ?(?:@|a|${atWords}) ?[)\\]}>]`
/** A dot or a word for one in brackets: `(dot)`, `[.]`. */
export const bracketedDot = `[([{<] ?(?:\\.|${dotWords}) ?[)\\]}>]`
