/** The kinds of values that are redacted. */
export const redactionKinds = [
  'email',
  'phone',
  'card',
  'iban',
  'national-id',
  'account',
  'document',
  'birth-date',
  'secret',
  'wallet',
  'ip',
] as const

export type RedactionKind = (typeof redactionKinds)[number]

/** A value found in a text: from `start` up to and without `end`, in UTF-16 units. */
export type Finding = { readonly kind: RedactionKind; readonly start: number; readonly end: number }

/** Finds one family of values in a folded text. Its time is linear in the length of the text, for any input. */
export type Detector = (text: string) => Iterable<Finding>
