import { basename, join } from 'node:path'
import type { Disk } from './disk.js'
import { codeOf } from './files.js'
import { StoreDamaged } from '../store-errors.js'

/** What is known of a file that was set aside. Never a word of its content. */
export interface Report {
  /** the file's place before, relative to the data directory */
  readonly file: string
  /** its name in the quarantine folder */
  readonly kept: string
  readonly why: string
  readonly remedy: string
  readonly at: string
}

/** Files that cannot be read are moved here with a report, never deleted and never replaced by a default. */
export class Quarantine {
  readonly folder: string
  private readonly places = new Map<string, Report>()

  constructor(
    private readonly disk: Disk,
    private readonly root: string,
  ) {
    this.folder = join(root, 'quarantine')
  }

  /** At start: what was set aside before and is still here. */
  async open(): Promise<void> {
    for (const report of await this.reports()) this.places.set(report.file, report)
  }

  async take(path: string, why: string): Promise<Report> {
    const at = this.disk.health.clock()
    const file = this.relative(path)
    const kept = `${file.replaceAll(/[\\/]/g, '-')}.${at.replaceAll(/[^0-9TZ]/g, '')}`
    const remedy = `Repair quarantine/${kept} and put it back as ${file} while the server is stopped, or restore ${file} from a backup.`
    const report: Report = { file, kept, why, remedy, at }
    await this.disk.makeFolder(this.folder, true)
    await this.disk.write(join(this.folder, `${kept}.report.json`), Buffer.from(`${JSON.stringify(report, null, 2)}\n`), true)
    await this.disk.move(path, join(this.folder, kept))
    this.places.set(file, report)
    this.disk.health.tell({ kind: 'quarantined', at, file, why })
    return report
  }

  /**
   * Sets aside a file without which the store cannot start.
   * @returns the error to throw, naming the file and the remedy
   */
  async refuse(path: string, damaged: StoreDamaged): Promise<StoreDamaged> {
    try {
      const report = await this.take(path, damaged.why)
      return new StoreDamaged(this.relative(path), `${damaged.why}; it was moved to quarantine/${report.kept}`, report.remedy)
    } catch {
      return damaged
    }
  }

  /** The error for a file that must be there and is not; says where it lies when it was set aside. */
  missing(path: string): StoreDamaged {
    const file = this.relative(path)
    const report = this.places.get(file)
    return report
      ? new StoreDamaged(file, `it was moved to quarantine/${report.kept} because ${report.why}`, report.remedy)
      : new StoreDamaged(file, 'it is missing, although this data directory had it before')
  }

  /** True while a file of this place is kept here. */
  holds(path: string): boolean {
    return this.places.has(this.relative(path))
  }

  /** The reports of all files still kept here, oldest first. */
  async reports(): Promise<Report[]> {
    const names = new Set<string>()
    try {
      for (const { name } of await this.disk.files.list(this.folder)) names.add(name)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    }
    const reports: Report[] = []
    for (const name of names) {
      if (!name.endsWith('.report.json') || !names.has(name.slice(0, -'.report.json'.length))) continue
      reports.push(JSON.parse((await this.disk.files.read(join(this.folder, name))).toString('utf8')) as Report)
    }
    return reports.sort((a, b) => a.at.localeCompare(b.at))
  }

  private relative(path: string): string {
    return path.startsWith(this.root) ? path.slice(this.root.length + 1) : basename(path)
  }
}
