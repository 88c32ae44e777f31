import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** Cores in the notation of `taskset`: `0`, `1`, `0,1`. */
export type Cores = string

export const allCores = (): Cores => `0-${cpus().length - 1}`

/** Pins a process, its children and all their threads; later children inherit it. */
export function pin(pid: number, cores: Cores): void {
  for (const one of [pid, ...descendants(pid)]) execFileSync('taskset', ['-a', '-c', '-p', cores, String(one)])
}

function descendants(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap(task =>
    childrenOf(pid, task).split(' ').filter(Boolean).map(Number),
  )
  return children.flatMap(child => [child, ...descendants(child)])
}

/** Ignores a thread that has ended meanwhile. */
function childrenOf(pid: number, task: string): string {
  try {
    return readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
  } catch {
    return ''
  }
}

/** Resident memory of a process, in whole MB. */
export const residentMb = (pid: number): number => statusMb(pid, 'VmRSS')

/** The most resident memory that a process has had, in whole MB. */
export const peakResidentMb = (pid: number): number => statusMb(pid, 'VmHWM')

function statusMb(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kilobytes) / 1024)
}

/** CPU time of all threads of a process, in seconds. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  // User and system time in hundredths of a second; after the name in brackets they are the 12th and the 13th.
  return (Number(fields[11]) + Number(fields[12])) / 100
}
