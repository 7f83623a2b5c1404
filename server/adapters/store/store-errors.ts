/** A fault of the store. `code` is a string key for pages; the message is for whoever starts and runs the server. */
export class StoreError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = new.target.name
  }
}

/** A file that cannot be what was written there. Never replaced by a default. */
export class StoreDamaged extends StoreError {
  constructor(
    readonly file: string,
    readonly why: string,
    readonly remedy = 'Restore it from a backup (npm run restore), or repair it by hand and put it back under this name.',
  ) {
    super('store.damaged', `${file}: ${why}. ${remedy}`)
  }
}

/** Written by a later release than this one. */
export class StoreTooNew extends StoreError {
  constructor(
    readonly file: string,
    readonly found: number,
    readonly known: number,
    readonly remedy = 'Start the release that wrote it, or restore a backup made by this release.',
  ) {
    super('store.too_new', `${file}: its schema is ${found}, this release knows ${known} at most. ${remedy}`)
  }
}

/** Nothing is written any more until a restart; reading goes on. */
export class StoreReadOnly extends StoreError {
  constructor(readonly reason: string) {
    super('store.read_only', `the store is read-only until a restart: ${reason}`)
  }
}

/**
 * The new state is in place but the disk did not confirm it: after a power cut either state may be found.
 * Readers see what the disk shows now, and the store is read-only from here.
 */
export class WriteUncertain extends StoreError {
  constructor(
    readonly file: string,
    options?: ErrorOptions,
  ) {
    super('store.read_only', `${file}: written, but the disk did not confirm it`, options)
  }
}

/** No space left for ordinary writes. Writing resumes by itself when there is. */
export class DiskFull extends StoreError {
  constructor(file: string, options?: ErrorOptions) {
    super('store.disk_full', `${file}: no space left on the disk`, options)
  }
}

export class TooLarge extends StoreError {
  constructor(
    readonly file: string,
    readonly bytes: number,
    readonly limit: number,
  ) {
    super('store.too_large', `${file}: ${bytes} bytes, at most ${limit} are kept`)
  }
}

/** Others of the machine may read it, and this process may not change that. */
export class NotPrivate extends StoreError {
  constructor(
    readonly path: string,
    options?: ErrorOptions,
  ) {
    super(
      'store.not_private',
      `${path} can be read by other users of this machine, and this process may not change that. ` +
        'Give the data directory to the user that runs Tacit (chown -R), or run "chmod -R go= " on it as its owner.',
      options,
    )
  }
}

/** Another process holds the data directory. */
export class AlreadyOpen extends StoreError {
  constructor(
    readonly folder: string,
    readonly pid: number | null,
    readonly host: string | null,
    readonly since: string | null,
  ) {
    super(
      'store.already_open',
      `${folder} is already in use by process ${pid ?? '(unknown)'} on ${host ?? '(unknown host)'} since ` +
        `${since ?? '(unknown time)'}. Stop that process first, or set DATA_DIR to another folder.`,
    )
  }
}

export class NoSuchDocument extends StoreError {
  constructor(readonly id: string) {
    super('store.no_such_document', `there is no document ${id}`)
  }
}

export class DocumentExists extends StoreError {
  constructor(readonly id: string) {
    super('store.document_exists', `there is already a document ${id}`)
  }
}
