import { AssignerProtocol, type Assignment, type PartitionAssigner } from 'kafkajs'
import { at, requiredValue } from '../../../core/checked.ts'

const { MemberMetadata, MemberAssignment } = AssignerProtocol
const assignerVersion = 1

export type GroupMember = {
  readonly id: string
  /** Partition numbers that it owned before this assignment. */
  readonly owned: readonly number[]
}

/**
 * The partition numbers of each member: as even as possible, and each member keeps as many of its own as that allows. The result does
 * not depend on the order of the members.
 */
export function assignPartitions(
  partitionCount: number,
  members: readonly GroupMember[],
): ReadonlyMap<string, readonly number[]> {
  const sorted = members.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const assigned = new Map<string, number[]>(sorted.map(({ id }) => [id, []]))
  const free = new Set(Array.from({ length: partitionCount }, (_, number) => number))
  // Members that own most are the ones that may have one more than others.
  const byOwned = sorted.toSorted((a, b) => b.owned.length - a.owned.length)
  for (const [index, { id, owned }] of byOwned.entries()) {
    const quota = Math.floor(partitionCount / members.length) + (index < partitionCount % members.length ? 1 : 0)
    const kept = requiredValue(assigned, id)
    for (const number of owned) {
      if (kept.length === quota) break
      if (free.delete(number)) kept.push(number)
    }
  }
  for (const number of free) {
    const fewestFirst = [...assigned.values()].sort((a, b) => a.length - b.length)
    at(fewestFirst, 0).push(number)
  }
  return assigned
}

/**
 * kafkajs's assigner for this program. It assigns partition numbers: number p of every topic goes to the same member, so that
 * records of different topics with the same key are read by one process. `owned` returns the numbers that this member has.
 */
export function coPartitioningAssigner(owned: () => readonly number[]): PartitionAssigner {
  return ({ cluster }) => ({
    name: 'flywheel-co-partitioning',
    version: assignerVersion,
    async assign({ members, topics }) {
      const counts = topics.map(topic => [topic, cluster.findTopicPartitionMetadata(topic).length] as const)
      const candidates = members.map(({ memberId, memberMetadata }) => ({
        id: memberId,
        owned: decodeOwnedPartitions(memberMetadata),
      }))
      const assigned = assignPartitions(Math.max(0, ...counts.map(([, count]) => count)), candidates)
      return [...assigned].map(([memberId, numbers]) => {
        const assignment: Assignment = {}
        for (const [topic, count] of counts) {
          const partitions = numbers.filter(number => number < count)
          if (partitions.length > 0) assignment[topic] = partitions
        }
        return {
          memberId,
          memberAssignment: MemberAssignment.encode({
            version: assignerVersion,
            assignment,
            userData: Buffer.alloc(0),
          }),
        }
      })
    },
    protocol: ({ topics }) => ({
      name: 'flywheel-co-partitioning',
      metadata: MemberMetadata.encode({
        version: assignerVersion,
        topics,
        userData: Buffer.from(JSON.stringify(owned())),
      }),
    }),
  })
}

function decodeOwnedPartitions(metadata: Buffer): readonly number[] {
  const text = MemberMetadata.decode(metadata)?.userData.toString()
  return text ? (JSON.parse(text) as number[]) : []
}

/** The topics of each assigned partition number. */
export function topicsByPartition(assignment: Assignment): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>()
  for (const [topic, numbers] of Object.entries(assignment).sort(([a], [b]) => (a < b ? -1 : 1)))
    for (const number of numbers) found.set(number, [...(found.get(number) ?? []), topic])
  return found
}
