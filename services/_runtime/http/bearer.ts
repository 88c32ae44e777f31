/** The header that a client sends with an API key; none without a key. */
export const bearerHeader = (apiKey: string | undefined): Readonly<Record<string, string>> =>
  apiKey === undefined || apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }
