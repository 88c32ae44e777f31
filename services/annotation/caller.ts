import type { FastifyRequest } from 'fastify'
import { httpError } from '#runtime/http/error.ts'
import type { Role } from '#schemas/events.ts'

type RequestWithCaller = Pick<FastifyRequest, 'caller'>

/** Whom a key speaks for without saying so: itself. null for one with the scope `admin`, such as the wheel's own: it must say. */
export function nameOfKey({ caller }: RequestWithCaller): string | null {
  return caller === undefined || caller.scopes.has('admin') ? null : caller.name
}

export function rolesOf({ caller }: RequestWithCaller): Role[] {
  return caller?.scopes.has('adjudicate') ? ['reviewer', 'adjudicator'] : ['reviewer']
}

/** Who reviews. HttpError 400 where nobody is named, 403 where a key speaks for another or in a role that it has not. */
export function resolveReviewer(
  request: RequestWithCaller,
  asked: { reviewer?: string | undefined; role: Role },
  where = '',
): string {
  const { reviewer, role } = asked
  if (!rolesOf(request).includes(role))
    throw httpError(403, 'forbidden', `${where}role: this key may not settle reviews: it needs the scope adjudicate`)
  const own = nameOfKey(request)
  if (own !== null && reviewer !== undefined && reviewer !== own)
    throw httpError(403, 'forbidden', `${where}reviewer: this key reviews as ${own}: leave it out`)
  const name = own ?? reviewer
  if (name === undefined) throw httpError(400, 'invalid', `${where}reviewer: say who reviews`)
  return name
}
