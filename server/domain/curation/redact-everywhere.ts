import { refused, type Outcome } from '../people/refusal.js'
import type { Everything } from '../policy/everything.js'
import type { Grant } from '../policy/grant.js'
import type { AllDrafts } from '../notes/draft.js'
import type { AllNotes, Notes, Saved } from '../notes/port.js'
import { markOf, type RedactionProposal } from '../notes/redaction.js'
import type { Vocabulary } from '../notes/taxonomy.js'
import type { TableReader } from '../people/table.js'
import { confirmRedaction, proposeRedaction, refuseRedaction } from './redact-note.js'
import type { Batches } from './import-batch.js'
import { draftRedacted, type RedactionMeans, type Wanted } from './redact-texts.js'
import { leftOutRedacted, uploadRedacted } from './redact-upload.js'
import { draftMark, uploadMark, type ListedRedaction, type RedactionList } from './redaction-list.js'

/** Everything that may hold a copy of a note's words. */
export interface RedactionRoom {
  readonly list: RedactionList
  readonly notes: Pick<Notes, 'change'>
  readonly allNotes: Pick<AllNotes, 'read'>
  readonly drafts: AllDrafts
  /** files of notes that wait to be imported, rows that were left out of one, and how they are read */
  readonly uploads: Pick<Batches, 'rewrite'>
  readonly tables: TableReader
  /** every mail that was kept and speaks of the note loses its text; nothing where mail is not kept */
  readonly mail: { redact(note: string, mark: string): Promise<number> } | null
  /** nothing of what was replaced stays in files beside the notes: older revisions, catalog, search index */
  scrub(note: string): Promise<void>
  readonly means: RedactionMeans
  /** drafts are their owners' alone, yet words must leave them too */
  readonly pass: Everything
  /** what could not be finished is tried again at the next start */
  troubled(redaction: string, error: unknown): void
}

/** The desk where two persons take words away: on the list first, then in the note, then in every copy. */
export class RedactionDesk {
  private following: Promise<void> = Promise.resolve()

  constructor(private readonly room: RedactionRoom) {}

  /** for showing what a proposal would take */
  get means(): RedactionMeans {
    return this.room.means
  }

  list(): readonly ListedRedaction[] {
    return this.room.list.all()
  }

  async propose(grant: Grant<'note.redact'>, wanted: Wanted & { readonly reason: string }, id: string, vocabulary: Vocabulary, at: string): Promise<Outcome<Saved>> {
    const { list, notes, means } = this.room
    const { reason, whole } = wanted
    const line: ListedRedaction = {
      id, note: grant.thing, state: 'proposed', at, by: grant.who, second: null, reason, whole, mark: null, words: null, places: [], drafts: [],
    }
    const outcome = await notes.change(grant, (note) => proposeRedaction(note, grant, wanted, id, vocabulary, means, at))
    if (outcome.ok) await list.change((now) => [...now, line])
    return outcome
  }

  async refuse(grant: Grant<'note.redact'>, id: string, at: string): Promise<Outcome<Saved>> {
    const outcome = await this.room.notes.change(grant, (note) => refuseRedaction(note, grant, id, at))
    if (outcome.ok) await this.room.list.change((now) => now.filter((line) => line.id !== id))
    return outcome
  }

  /**
   * Resolves when the words are gone from the note, from all drafts and from kept mail; what lies beside them in
   * files follows at once, and lists have the note on hold until it has.
   * @param day `YYYY-MM-DD` at the bank
   */
  async confirm(grant: Grant<'note.redact'>, proposal: RedactionProposal, at: string, day: string): Promise<Outcome<Saved>> {
    const { list, notes, means } = this.room
    if (proposal.by === grant.who) return refused('', 'redaction.second_person')
    const begun: ListedRedaction = {
      id: proposal.id, note: grant.thing, state: 'begun', at, by: proposal.by, second: grant.who, reason: proposal.reason, whole: proposal.whole,
      mark: markOf(day, proposal.reason), words: proposal.words, places: [], drafts: [],
    }
    const before = list.all().find(({ id }) => id === proposal.id)
    const put = (line: ListedRedaction | undefined) => list.change((now) => [...now.filter(({ id }) => id !== proposal.id), ...(line ? [line] : [])])
    // On the list before the note: whatever is killed from here on is finished at the next start.
    await put(begun)
    const outcome = await notes.change(grant, (note) => confirmRedaction(note, grant, proposal.id, means, at, day))
    if (!outcome.ok) {
      await put(before)
      return outcome
    }
    await this.seeToCopies(begun)
    this.following = this.following.then(() => this.finish(begun.id))
    return outcome
  }

  /** At start: what a kill left half-way. */
  async resume(): Promise<void> {
    const { list, allNotes, pass } = this.room
    for (const line of list.all()) {
      if (line.state === 'done') continue
      const note = await allNotes.read(line.note, pass)
      // A file in quarantine may come back: what was agreed on is still to be done then.
      if (!note) continue
      if (note.redactions?.some(({ id }) => id === line.id)) {
        if (line.state === 'begun') await this.seeToCopies(line)
        await this.finish(line.id)
      } else if (note.redaction?.id !== line.id) {
        await list.change((now) => now.filter(({ id }) => id !== line.id))
      } else if (line.state === 'begun') {
        await list.change((now) => now.map((one) => (one.id === line.id ? { ...one, state: 'proposed', at: note.redaction?.at ?? one.at, second: null, mark: null, words: null } : one)))
      }
    }
  }

  /** Resolves when nothing that was confirmed is still under way. */
  settled(): Promise<void> {
    return this.following
  }

  private async seeToCopies({ id, note, whole, words, mark }: ListedRedaction): Promise<void> {
    const { drafts, uploads, tables, mail, means, list, pass } = this.room
    if (mark === null) return
    const wanted: Wanted = { whole, words: words ?? [] }
    const innocent = new Set<string>()
    const touched = await drafts.rewrite(pass, (draft) => {
      const next = draftRedacted(draft, note, wanted, mark, means)
      if (next === draft) innocent.add(draftMark(draft, means.digest))
      return next
    })
    await uploads.rewrite(pass, async (batch, file) => {
      const leftOut = leftOutRedacted(batch, note, wanted, means)
      const opened = file && (await tables.open(file, batch.format))
      // What cannot be read cannot be imported either: nothing is lost with it.
      const text = !opened ? null : opened.ok ? await uploadRedacted(batch, opened.value, note, wanted, mark, means) : ''
      if (text === null && leftOut === null) {
        if (file || batch.leftOut) innocent.add(uploadMark(batch, means.digest))
        return null
      }
      return { ...(text !== null && { file: { text, format: 'jsonl' as const } }), ...(leftOut && { leftOut }) }
    })
    await mail?.redact(note, mark)
    await list.change((now) => now.map((line) => (line.id === id ? { ...line, drafts: [...new Set([...line.drafts, ...touched])], innocent: [...innocent] } : line)))
  }

  private async finish(id: string): Promise<void> {
    const { list, allNotes, scrub, pass } = this.room
    const line = list.all().find((one) => one.id === id)
    if (!line) return
    try {
      const note = await allNotes.read(line.note, pass)
      const kept = note?.redactions?.find((one) => one.id === id)
      if (!kept) throw new Error('the note does not have it')
      await scrub(line.note)
      await list.change((now) => now.map((one) => (one.id === id ? { ...one, ...kept, state: 'done', words: null } : one)))
    } catch (error) {
      this.room.troubled(id, error)
    }
  }
}
