export type TestKafka = {
  /** host:port, separated by commas. */
  readonly brokers: string
  readonly stop: () => Promise<void>
  /** Kills a broker (1, 2 or 3) with SIGKILL. */
  readonly kill: (id: number) => Promise<void>
  /** Starts it again on its old address and data. */
  readonly up: (id: number) => Promise<void>
  /** Stops a broker with SIGSTOP: it keeps its connections and answers nothing until it is resumed. */
  readonly pause: (id: number) => void
  readonly resume: (id: number) => void
}

/** An S3 server. `buckets` is the folder with a folder for each bucket, whose files are the objects. */
export type TestObjectServer = {
  readonly url: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly buckets: string
  readonly stop: () => Promise<void>
}

export type TestRegistry = { readonly url: string; readonly stop: () => Promise<void> }
