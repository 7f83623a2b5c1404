import { basename, dirname, sep } from 'node:path'
import type { Files, OpenFile } from './files.js'

interface FileNode {
  bytes: Buffer
  /** what an fsync made durable */
  kept: Buffer
  modified: number
}

interface FolderNode {
  names: Map<string, Node>
  /** the names an fsync of the folder made durable */
  kept: Map<string, Node>
}

type Node = FileNode | FolderNode

/**
 * For tests: a disk of its own in memory that knows what fsync means, so that the power can be cut and the disk can
 * be full. Anything not fsynced may survive a power cut or not, one thing at a time, in whole or in part.
 */
export class SimulatedDisk implements Files {
  private readonly root: FolderNode = { names: new Map(), kept: new Map() }
  private ticks = 0

  /** @param capacity bytes */
  constructor(public capacity = Infinity) {}

  /** @param luck 0 ≤ n < 1, asked once for each thing that was not fsynced */
  powerCut(luck: () => number): void {
    const settle = (folder: FolderNode): void => {
      const after = new Map(folder.kept)
      for (const name of new Set([...folder.kept.keys(), ...folder.names.keys()])) {
        const now = folder.names.get(name)
        if (now === folder.kept.get(name) || luck() < 0.5) continue
        if (now) after.set(name, now)
        else after.delete(name)
      }
      folder.names = after
      folder.kept = new Map(after)
      for (const node of after.values()) {
        if ('names' in node) settle(node)
        else node.bytes = node.kept = afterCut(node, luck)
      }
    }
    settle(this.root)
  }

  open: Files['open'] = async (path, how) => {
    const folder = this.folder(dirname(path))
    const there = folder.names.get(basename(path))
    if (there && 'names' in there) throw fault('EISDIR', path)
    if (how === 'wx' && there) throw fault('EEXIST', path)
    if (!there && (how === 'r' || how === 'r+')) throw fault('ENOENT', path)
    const node: FileNode = there ?? { bytes: Buffer.alloc(0), kept: Buffer.alloc(0), modified: 0 }
    folder.names.set(basename(path), node)
    return this.handle(node)
  }

  read: Files['read'] = async (path) => Buffer.from(this.file(path).bytes)

  rename: Files['rename'] = async (from, to) => {
    const node = this.node(from)
    const source = this.folder(dirname(from))
    this.folder(dirname(to)).names.set(basename(to), node)
    source.names.delete(basename(from))
  }

  unlink: Files['unlink'] = async (path) => {
    this.file(path)
    this.folder(dirname(path)).names.delete(basename(path))
  }

  mkdir: Files['mkdir'] = async (path) => {
    const parent = this.folder(dirname(path))
    if (parent.names.has(basename(path))) throw fault('EEXIST', path)
    parent.names.set(basename(path), { names: new Map(), kept: new Map() })
  }

  list: Files['list'] = async (folder) =>
    [...this.folder(folder).names].map(([name, node]) => ({ name, folder: 'names' in node }))

  survey: Files['survey'] = async (folder) =>
    [...this.folder(folder).names].flatMap(([name, node]) =>
      'names' in node ? [] : [{ name, bytes: node.bytes.length, modified: node.modified }],
    )

  stat: Files['stat'] = async (path) => {
    const node = this.folder(dirname(path)).names.get(basename(path))
    return node && !('names' in node) ? { bytes: node.bytes.length, modified: node.modified } : undefined
  }

  openFolder: Files['openFolder'] = async (path) => {
    const folder = this.folder(path)
    return { sync: async () => void (folder.kept = new Map(folder.names)), close: async () => {} }
  }

  closeToOthers: Files['closeToOthers'] = async () => false

  free: Files['free'] = async () => this.capacity - this.used()

  private used(folder = this.root): number {
    let bytes = 0
    for (const node of folder.names.values()) bytes += 'names' in node ? this.used(node) : node.bytes.length
    return bytes
  }

  private handle(node: FileNode): OpenFile {
    return {
      fd: -1,
      write: async (bytes, position) => {
        const room = this.capacity - this.used() + Math.max(0, node.bytes.length - position)
        const part = bytes.subarray(0, Math.max(0, Math.min(bytes.length, room)))
        const longer = Buffer.alloc(Math.max(node.bytes.length, position + part.length))
        node.bytes.copy(longer)
        longer.set(part, position)
        node.bytes = longer
        node.modified = ++this.ticks
        if (part.length < bytes.length) throw fault('ENOSPC', 'write')
      },
      read: async (length, position) => Buffer.from(node.bytes.subarray(position, position + length)),
      size: async () => node.bytes.length,
      truncate: async (length) => {
        node.bytes = Buffer.from(node.bytes.subarray(0, length))
      },
      sync: async () => void (node.kept = node.bytes),
      close: async () => {},
    }
  }

  private node(path: string): Node {
    const node = this.folder(dirname(path)).names.get(basename(path))
    if (!node) throw fault('ENOENT', path)
    return node
  }

  private file(path: string): FileNode {
    const node = this.node(path)
    if ('names' in node) throw fault('EISDIR', path)
    return node
  }

  private folder(path: string): FolderNode {
    let at = this.root
    for (const name of path.split(sep).filter((part) => part !== '')) {
      const next = at.names.get(name)
      if (!next || !('names' in next)) throw fault('ENOENT', path)
      at = next
    }
    return at
  }
}

function afterCut({ bytes, kept }: FileNode, luck: () => number): Buffer {
  if (bytes.equals(kept)) return kept
  const fate = luck()
  if (fate < 0.4) return kept
  if (fate < 0.6) return bytes
  // Torn: the length is there, the data only up to a point.
  const whole = fate < 0.8 ? Buffer.alloc(bytes.length) : Buffer.from(bytes)
  const point = Math.floor(luck() * bytes.length)
  bytes.copy(whole, 0, 0, point)
  // Bytes fsynced earlier and not written over since stay as they are.
  let same = 0
  while (same < kept.length && same < bytes.length && kept[same] === bytes[same]) same += 1
  bytes.copy(whole, 0, 0, same)
  return fate < 0.8 ? whole : whole.subarray(0, Math.max(point, same))
}

function fault(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
