import type { FastifyRequest } from 'fastify'
import { foundIn, type RedactionMeans, type Texts } from '../../domain/curation/redact-texts.js'
import type { Span } from '../../domain/notes/redaction.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { me } from '../session.js'
import { labelsOf, languageOf, type Labels } from './labels.js'

const AROUND = 60
const SHOWN = 100

/** The form, before anything is proposed. */
export function redactionForm(request: FastifyRequest, note: NoteSeen, typed: { readonly what: string; readonly words: string; readonly reason: string }) {
  const labels = labelsOf(request)
  return {
    href: `/notes/${note.id}`,
    heading: note.shown.title,
    lang: languageOf(note.shown.title),
    revision: note.revision,
    closed: note.withheld !== null || note.confidence === 'wip',
    what: typed.what === 'whole' ? 'whole' : 'words',
    words: typed.words,
    reasons: request.house.vocabularies.vocabulary().taxonomy.reasons.redaction
      .filter((term) => !term.retired || term.key === typed.reason)
      .map((term) => ({ value: term.key, label: labels.of(term), checked: term.key === typed.reason })),
  }
}

/** What waits for the second person: every place, with the words in sight, because nobody should agree to what they did not see. */
export function redactionProposal(request: FastifyRequest, note: NoteSeen, means: RedactionMeans) {
  const proposal = note.redaction
  if (!proposal) return null
  const labels = labelsOf(request)
  const found = foundIn(textsSeen(note), note.marks, proposal, means)
  const places = found.flatMap(({ path, text, place }) => place.cuts.map((cut) => ({ where: whereOf(request, note, path, labels), ...excerpt(text, cut) })))
  return {
    id: proposal.id,
    by: labels.person(proposal.by),
    at: proposal.at,
    mine: proposal.by === me(request).id,
    reason: labels.reason('redaction', proposal.reason),
    whole: proposal.whole,
    words: proposal.words,
    count: places.length,
    places: places.slice(0, SHOWN),
    more: Math.max(0, places.length - SHOWN),
  }
}

/** Reasons of returns that are over stand among the decisions too. */
function textsSeen(note: NoteSeen): Texts {
  return { ...note, revisions: note.revisions as unknown as Texts['revisions'], pastItems: [] }
}

function whereOf(request: FastifyRequest, note: NoteSeen, path: string, labels: Labels): string {
  const [kind = '', id = '', part = ''] = path.split('/')
  if (kind === 'revision') return request.say('redaction.where.revision', { number: Number(id), part: request.say(`redaction.part.${part}`) })
  const said = [...note.comments, ...note.thread, ...note.reuses, ...note.flags, ...note.decisions].find((one) => one.id === id)
  return request.say(`redaction.where.${kind}`, { who: said ? labels.person(said.by) : '' })
}

function excerpt(text: string, { start, end }: Span) {
  const from = Math.max(0, start - AROUND)
  const until = Math.min(text.length, end + AROUND)
  const long = end - start > 4 * AROUND
  return {
    before: `${from > 0 ? '…' : ''}${text.slice(from, start)}`,
    words: long ? `${text.slice(start, start + 4 * AROUND)}…` : text.slice(start, end),
    after: `${text.slice(end, until)}${until < text.length ? '…' : ''}`,
    lang: languageOf(text),
  }
}
