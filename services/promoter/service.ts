import type { Service } from '#runtime/service.ts'
import { decide } from './decide.ts'

export const promoter: Service<'promoter'> = { name: 'promoter', version: 'promoter/v1', decide }
