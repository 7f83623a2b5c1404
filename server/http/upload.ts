import type { Multipart } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { Malformed, StaleForm, TooLarge } from './faults.js'

/** A form with a file in it. The file stands last in the form, so that everything else is known before it is read. */
export interface Upload {
  readonly fields: Readonly<Record<string, string>>
  /** null when none was chosen */
  readonly file: UploadedFile | null
}

export interface UploadedFile {
  /** as the browser said it: for people to read, never part of a path */
  readonly name: string
  /** throws TooLarge at the limit, so that half a file is never taken for a whole one */
  readonly content: AsyncIterable<Uint8Array>
}

/** UTF-8 bytes of a file that is read as a field. */
const SMALL = 256 * 1024

/**
 * The fields of an upload and, unread, its file. The form token is checked before a byte of the file is taken.
 * @param small names of files before it that are read as text, like fields; '' when none was chosen
 * @throws StaleForm without a good token, Malformed for what our own forms never send, TooLarge for a small file that is not
 */
export async function uploadOf(request: FastifyRequest, small: readonly string[] = []): Promise<Upload> {
  if (!request.isMultipart()) throw new Malformed('errors.media_type')
  const fields: Record<string, string> = Object.create(null)
  for await (const part of partsOf(request, 1 + small.length)) {
    if (part.type === 'file') {
      await mustBeOurs(request, fields)
      if (small.includes(part.fieldname)) {
        if (part.fieldname in fields) throw new Malformed()
        fields[part.fieldname] = await textOf(whole(part.file))
        continue
      }
      if (part.filename !== '') return { fields, file: { name: part.filename, content: whole(part.file) } }
      part.file.resume()
      return { fields, file: null }
    }
    if (part.fieldname in fields || typeof part.value !== 'string' || part.valueTruncated || part.fieldnameTruncated) throw new Malformed()
    fields[part.fieldname] = part.value
  }
  await mustBeOurs(request, fields)
  return { fields, file: null }
}

/** What is no such form at all, without a boundary or broken off, is the sender's mistake and no fault of ours. */
async function* partsOf(request: FastifyRequest, files: number): AsyncIterable<Multipart> {
  try {
    yield* request.parts({ limits: { files } })
  } catch (error) {
    // The parser's own complaints carry neither a code nor a status.
    throw error instanceof Error && !('code' in error) && !('statusCode' in error) ? new Malformed('errors.media_type') : error
  }
}

async function mustBeOurs(request: FastifyRequest, fields: Readonly<Record<string, string>>): Promise<void> {
  const header = request.headers['x-csrf-token']
  const token = fields['_csrf'] ?? (typeof header === 'string' ? header : '')
  if (!(await request.isFormToken(token))) throw new StaleForm()
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const read: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of content) {
    bytes += chunk.length
    if (bytes > SMALL) throw new TooLarge()
    read.push(chunk)
  }
  return Buffer.concat(read).toString('utf8')
}

async function* whole(file: AsyncIterable<Uint8Array> & { readonly truncated: boolean }): AsyncIterable<Uint8Array> {
  yield* file
  if (file.truncated) throw new TooLarge()
}
