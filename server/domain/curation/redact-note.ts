import { done, refused, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import { changedSince, happened } from '../notes/change.js'
import { published, type Note } from '../notes/note.js'
import { markOf, type Redaction, type RedactionProposal } from '../notes/redaction.js'
import type { Vocabulary } from '../notes/taxonomy.js'
import { cutAgain, notFound, textsRedacted, type RedactionMeans, type Wanted } from './redact-texts.js'

export const MAX_REDACTED_WORDS = 40
export const MAX_REDACTED_LENGTH = 300

/** One line each, as typed into the form. */
export function wordsFrom(typed: string): readonly string[] {
  return [...new Set(typed.split(/\r\n?|\n/).map((line) => line.trim()).filter((line) => line !== ''))]
}

/** A curator asks that words go; nothing changes yet, and one proposal waits at a time. */
export function proposeRedaction(
  note: Note, grant: Grant<'note.redact'>, wanted: Wanted & { readonly reason: string }, id: string, vocabulary: Vocabulary, means: RedactionMeans, at: string,
): Outcome<Note> {
  granted(grant, note.id)
  const changed = changedSince(note, grant)
  if (changed) return changed
  if (note.redaction) return refused('', 'redaction.waits_already')
  if (!vocabulary.reason('redaction', wanted.reason)) return refused('reason', 'redaction.reason.missing')
  const words = wanted.whole ? [] : wanted.words
  if (!wanted.whole) {
    if (words.length === 0) return refused('words', 'redaction.words.missing')
    if (words.length > MAX_REDACTED_WORDS) return refused('words', 'redaction.words.too_many', { max: MAX_REDACTED_WORDS })
    if (words.some((word) => word.length > MAX_REDACTED_LENGTH)) return refused('words', 'redaction.words.too_long', { max: MAX_REDACTED_LENGTH })
    const lost = notFound(note, words, means)
    if (lost.length > 0) return refused('words', 'redaction.words.not_found', { words: lost.join(' · ') })
  }
  const proposal: RedactionProposal = { id, by: grant.who, at, reason: wanted.reason, whole: wanted.whole, words }
  return done(happened({ ...note, redaction: proposal }, { at, by: grant.who, what: 'redaction_proposed', for: 'curators', on: published(note).number }))
}

/** By the second person, or taken back by the first. */
export function refuseRedaction(note: Note, grant: Grant<'note.redact'>, id: string, at: string): Outcome<Note> {
  granted(grant, note.id)
  if (note.redaction?.id !== id) return refused('', 'redaction.gone')
  return done(happened({ ...note, redaction: null }, { at, by: grant.who, what: 'redaction_refused', for: 'curators', on: published(note).number }))
}

/**
 * A second person agrees, and the words are gone from every text of the note in this one write. The counter of
 * revisions rises, so that nobody decides on or edits what stood there before.
 * @param day `YYYY-MM-DD` at the bank
 */
export function confirmRedaction(note: Note, grant: Grant<'note.redact'>, id: string, means: RedactionMeans, at: string, day: string): Outcome<Note> {
  granted(grant, note.id)
  const proposal = note.redaction
  if (proposal?.id !== id) return refused('', 'redaction.gone')
  if (proposal.by === grant.who) return refused('', 'redaction.second_person')
  return done(redactedBy(note, proposal, grant.who, means, at, markOf(day, proposal.reason)))
}

/**
 * Brings an older copy of a note to where a later redaction had left it. A copy that has it already is left alone.
 * @param words still known only when the redaction was under way as the copy was made
 */
export function redactAgain(note: Note, redaction: Redaction, words: readonly string[] | null, means: RedactionMeans): Note {
  if (note.redactions?.some(({ id }) => id === redaction.id)) return note
  const proposal = note.redaction?.id === redaction.id ? note.redaction : null
  const known = proposal ?? (words === null ? null : { whole: redaction.whole, words })
  if (known) return redactedBy(note, { ...redaction, ...known }, redaction.second, means, redaction.at, redaction.mark)
  const cut = redaction.whole
    ? textsRedacted(note, { whole: true, words: [] }, redaction.mark, means).note
    : cutAgain(note, redaction.places, redaction.mark, means)
  return withRedaction(cut, redaction)
}

function redactedBy(note: Note, proposal: Wanted & Pick<RedactionProposal, 'id' | 'by' | 'reason'>, second: string, means: RedactionMeans, at: string, mark: string): Note {
  const { id, by, reason, whole } = proposal
  const { note: redacted, places } = textsRedacted(note, proposal, mark, means)
  return withRedaction(redacted, { id, at, by, second, reason, whole, mark, places: whole ? [] : places })
}

function withRedaction(note: Note, redaction: Redaction): Note {
  const next: Note = {
    ...note, revision: note.revision + 1, redactions: [...(note.redactions ?? []), redaction],
    redaction: note.redaction?.id === redaction.id ? null : (note.redaction ?? null),
  }
  return happened(next, { at: redaction.at, by: redaction.second, what: 'redacted', with: { redaction: redaction.reason }, for: 'readers', on: published(note).number })
}
