import { codeOf } from './files.js'
import type { Disk } from './disk.js'
import type { MailFolder } from '../../mail/file/file-mailer.js'

/** Mail that stays here is written like everything else here: as a whole, and on disk before it counts as sent. */
export function mailFolderOn(disk: Disk): MailFolder {
  return {
    makeFolder: (path) => disk.makeFolder(path),
    write: (path, bytes) => disk.write(path, bytes),
    read: (path) => disk.files.read(path).catch(unlessMissing(null)),
    names: async (path) => (await disk.files.list(path).catch(unlessMissing([]))).map(({ name }) => name),
  }
}

function unlessMissing<T>(none: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error) === 'ENOENT') return none
    throw error
  }
}
