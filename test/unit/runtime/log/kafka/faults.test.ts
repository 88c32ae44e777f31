import kafkajs from 'kafkajs'
import { expect, test } from 'vitest'
import { toFault } from '#runtime/log/kafka/faults.ts'

const { KafkaJSSASLAuthenticationError } = kafkajs

test.each([
  ['Invalid SASL credentials', 'FLY_CONFIG'],
  ['Connection error: read ECONNRESET', 'FLY_BROKER'],
  ['Connection timeout', 'FLY_BROKER'],
  ['Connection closed by the server', 'FLY_BROKER'],
  ['Closed connection', 'FLY_BROKER'],
])('a login that ends with "%s" is %s', (reason, code) => {
  // kafkajs's types declare no parameter of this constructor.
  const error: Error = Reflect.construct(KafkaJSSASLAuthenticationError, [
    `SASL SCRAM SHA512 authentication failed: ${reason}`,
  ])
  expect(toFault(error, 'read from Kafka')).toMatchObject({ code })
})
