import type { FastifyRequest } from 'fastify'
import { httpError } from '#runtime/http/error.ts'
import type { Role } from '#schemas/events.ts'

type RequestWithCaller = Pick<FastifyRequest, 'caller'>

/** The reviewer that a key stands for: its own name. null for a key with the scope `admin`, which must name the reviewer in the request. */
export function nameOfKey({ caller }: RequestWithCaller): string | null {
  return caller === undefined || caller.scopes.has('admin') ? null : caller.name
}

export function rolesOf({ caller }: RequestWithCaller): Role[] {
  return caller?.scopes.has('adjudicate') ? ['reviewer', 'adjudicator'] : ['reviewer']
}

/** The name of the reviewer. HttpError 400 where none is given, 403 where a key names another reviewer or a role it does not have. */
export function resolveReviewer(
  request: RequestWithCaller,
  asked: { reviewer?: string | undefined; role: Role },
  where = '',
): string {
  const { reviewer, role } = asked
  if (!rolesOf(request).includes(role))
    throw httpError(
      403,
      'forbidden',
      `${where}role: this key cannot review as adjudicator: it needs the scope adjudicate`,
    )
  const own = nameOfKey(request)
  if (own !== null && reviewer !== undefined && reviewer !== own)
    throw httpError(403, 'forbidden', `${where}reviewer: this key reviews as ${own}: leave the field out`)
  const name = own ?? reviewer
  if (name === undefined) throw httpError(400, 'invalid', `${where}reviewer: name the reviewer`)
  return name
}
