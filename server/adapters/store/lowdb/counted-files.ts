import { realFiles, type Files } from './files.js'

/** For tests: real files that count how often one is opened to be read, and can hold a write half-way. */
export class CountedFiles implements Files {
  reads = 0
  private hold: { readonly begun: () => void; readonly letGo: Promise<void> } | null = null

  holdNextWrite(): { readonly begun: Promise<void>; letGo(): void } {
    let letGo: () => void = () => {}
    let begun: () => void = () => {}
    const going = new Promise<void>((resolve) => (letGo = resolve))
    const there = new Promise<void>((resolve) => (begun = resolve))
    this.hold = { begun, letGo: going }
    return { begun: there, letGo }
  }

  read: Files['read'] = (path) => {
    this.reads += 1
    return realFiles.read(path)
  }

  rename: Files['rename'] = async (from, to) => {
    const held = this.hold
    this.hold = null
    if (held) {
      held.begun()
      await held.letGo
    }
    return realFiles.rename(from, to)
  }

  open = realFiles.open
  unlink = realFiles.unlink
  mkdir = realFiles.mkdir
  list = realFiles.list
  survey = realFiles.survey
  stat = realFiles.stat
  openFolder = realFiles.openFolder
  closeToOthers = realFiles.closeToOthers
  free = realFiles.free
}
