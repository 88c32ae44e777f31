/** The `Authorization` header for an API key; no header without a key. */
export const bearerHeader = (apiKey: string | undefined): Readonly<Record<string, string>> =>
  apiKey === undefined || apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }
