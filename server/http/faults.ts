import type { Refusals } from '../domain/people/refusal.js'

/** Something that ends a request with a page of its own. `code` is a string key. */
export abstract class Fault extends Error {
  abstract readonly statusCode: number
  constructor(readonly code: string) {
    super(code)
  }
}

/** Not there, or not for this viewer: nobody can tell which. */
export class Missing extends Fault {
  override readonly name = 'Missing'
  readonly statusCode = 404
  constructor(code = 'errors.missing') {
    super(code)
  }
}

/** Seen, but not theirs to do; the reason is told. */
export class Forbidden extends Fault {
  override readonly name = 'Forbidden'
  readonly statusCode = 403
}

export class SignedOut extends Fault {
  override readonly name = 'SignedOut'
  readonly statusCode = 401
  constructor() {
    super('errors.signed_out')
  }
}

/** A form from an earlier sign-in. */
export class StaleForm extends Fault {
  override readonly name = 'StaleForm'
  readonly statusCode = 403
  constructor() {
    super('errors.stale_form')
  }
}

export class TooLarge extends Fault {
  override readonly name = 'TooLarge'
  readonly statusCode = 413
  constructor() {
    super('errors.too_large')
  }
}

export class WrongMedia extends Fault {
  override readonly name = 'WrongMedia'
  readonly statusCode = 415
  constructor() {
    super('errors.media_type')
  }
}

export class TooLong extends Fault {
  override readonly name = 'TooLong'
  readonly statusCode = 414
  constructor() {
    super('errors.too_long')
  }
}

export class Malformed extends Fault {
  override readonly name = 'Malformed'
  readonly statusCode = 400
  constructor(code = 'errors.malformed') {
    super(code)
  }
}

/** @throws Forbidden with the first reason */
export function forbid(refusals: Refusals): never {
  throw new Forbidden(refusals[0]?.code ?? 'errors.forbidden')
}
