import { AssignerProtocol, type Assignment, type PartitionAssigner } from 'kafkajs'

const { MemberMetadata, MemberAssignment } = AssignerProtocol
const assignerVersion = 1

export type GroupMember = {
  readonly id: string
  /** Partition numbers that it has now. */
  readonly owned: readonly number[]
}

/**
 * Who gets which partition numbers: as even as possible, and each member keeps what it has as far as that allows. The same
 * for the same members, whatever their order.
 */
export function assignPartitions(
  partitionCount: number,
  members: readonly GroupMember[],
): ReadonlyMap<string, readonly number[]> {
  const sorted = members.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const assigned = new Map<string, number[]>(sorted.map(({ id }) => [id, []]))
  const free = new Set(Array.from({ length: partitionCount }, (_, number) => number))
  // Members with the most come first when some may have one more than others.
  const byOwned = sorted.toSorted((a, b) => b.owned.length - a.owned.length)
  for (const [index, { id, owned }] of byOwned.entries()) {
    const quota = Math.floor(partitionCount / members.length) + (index < partitionCount % members.length ? 1 : 0)
    for (const number of owned) {
      if ((assigned.get(id)?.length ?? 0) === quota) break
      if (free.delete(number)) assigned.get(id)?.push(number)
    }
  }
  for (const number of free) {
    const [least] = [...assigned.values()].sort((a, b) => a.length - b.length)
    least?.push(number)
  }
  return assigned
}

/**
 * Assigns partition numbers rather than partitions: number p of every topic goes to one member, so that records of
 * different topics with the same key meet, whatever the partition counts. `owned` tells what this member has.
 */
export function coPartitioningAssigner(owned: () => readonly number[]): PartitionAssigner {
  return ({ cluster }) => ({
    name: 'flywheel-co-partitioning',
    version: assignerVersion,
    async assign({ members, topics }) {
      const counts = topics.map(topic => [topic, cluster.findTopicPartitionMetadata(topic).length] as const)
      const wanted = members.map(({ memberId, memberMetadata }) => ({
        id: memberId,
        owned: decodeOwnedPartitions(memberMetadata),
      }))
      const shared = assignPartitions(Math.max(0, ...counts.map(([, count]) => count)), wanted)
      return [...shared].map(([memberId, numbers]) => {
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

/** Which topics have each assigned partition number. */
export function topicsByPartition(assignment: Assignment): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>()
  for (const topic of Object.keys(assignment).sort())
    for (const number of assignment[topic] ?? []) found.set(number, [...(found.get(number) ?? []), topic])
  return found
}
