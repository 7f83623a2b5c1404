import { offerPasswordLinks } from '../people/choose-password.js'
import type { Credentials, Passwords, People } from '../people/port.js'
import { chunks, someAtOnce } from '../people/some-at-once.js'
import type { Everything } from '../policy/everything.js'
import { markOf, type StaffImport, type StaffImports, type StaffRun } from '../policy/staff-import.js'
import { letterId, plannedLetter } from './letter.js'
import type { PostOffice } from './post-office.js'
import { heardIn, toldIn, type Heard, type StaffToTell } from './staff-to-tell.js'
import { mailPasswordLink, tellOfRights } from './tell-people.js'

/** Everything that telling people of an import of staff stands on. */
export interface StaffDesk {
  readonly post: Pick<PostOffice, 'outbox' | 'notices' | 'directories' | 'settings' | 'record'>
  readonly imports: StaffImports
  readonly people: Pick<People, 'wasMade'>
  readonly credentials: Credentials
  readonly passwords: Passwords
  /** people are told whoever began the import, and whoever goes on with it */
  readonly pass: Everything
  /** lets requests come in */
  breathe(): Promise<void>
  /** one that cannot be told does not hold up the others */
  troubled(id: string, error: unknown): void
}

/** Told, and noted as told, together; what a crash leaves half done is looked at again and told once all the same. */
const AT_ONCE = 200
const LETTERS_AT_ONCE = 8
/** Hours for which a file that nobody takes is kept; days for which it is known who was told of what. */
const FILE_HOURS = 24
const KEPT_DAYS = 90
const HOUR = 3_600_000

/** Goes on with every import of which people are still being told; forgets what nobody needs any more. Any number of times, each letter once. */
export async function tellOfStaff(desk: StaffDesk, now: () => string, stopped: () => boolean): Promise<void> {
  const hoursSince = (at: string) => (Date.parse(now()) - Date.parse(at)) / HOUR
  // Of one that is being taken at this moment the rows are not written yet, and its list is needed as soon as they are.
  const isOver = (one: StaffImport) => (one.finishedAt !== null ? hoursSince(one.at) > KEPT_DAYS * 24 : !wasTaken(desk, one) && hoursSince((one.run ?? one).at) > FILE_HOURS)
  for (const one of [...desk.imports.all()].reverse()) {
    if (stopped()) return
    if (isOver(one)) await desk.imports.drop(one.id, isOver)
    else if (one.finishedAt === null && wasTaken(desk, one)) await desk.imports.alone(one.id, () => goOn(desk, one.id, now, stopped)).catch((error: unknown) => desk.troubled(one.id, error))
  }
}

/** Whether its rows were written. */
export function wasTaken({ people }: Pick<StaffDesk, 'people'>, { id, run }: StaffImport): boolean {
  return run !== null && people.wasMade(markOf(id))
}

async function goOn(desk: StaffDesk, id: string, now: () => string, stopped: () => boolean): Promise<void> {
  const { imports, pass } = desk
  const one = imports.get(id)
  const paper = await imports.paper(id, 'telling')
  if (!one?.run || !paper || one.finishedAt !== null) return
  const { run } = one
  await imports.dropFile(id)
  const heard = [...(await heardIn(paper, desk.breathe))]
  let at = one.told
  for await (const some of chunks(toTell(heard, paper, at), AT_ONCE)) {
    if (stopped()) return
    await tellSome(desk, id, run, some, now())
    at += some.length
    await imports.goOn(pass, id, (known) => ({ ...known, told: Math.max(known.told, at) }))
  }
  await imports.goOn(pass, id, (known) => ({ ...known, told: at, finishedAt: known.finishedAt ?? now() }))
}

/** A hearer, or somebody who is told of themselves. */
type ToTell = (readonly [string, Heard]) | StaffToTell

/** @param told how many have been told already */
function* toTell(heard: readonly (readonly [string, Heard])[], paper: Uint8Array, told: number): Generator<ToTell> {
  yield* heard.slice(told)
  yield* toldIn(paper, Math.max(0, told - heard.length))
}

async function tellSome(desk: StaffDesk, id: string, run: StaffRun, some: readonly ToTell[], now: string): Promise<void> {
  const newcomers = some.flatMap((one) => ('person' in one && one.joined ? [one.person] : []))
  await sendFirstLinks(desk, id, run, newcomers, now)
  await someAtOnce(some, LETTERS_AT_ONCE, async (one) => {
    if (!('person' in one)) await tellHearer(desk, id, run, ...one)
    else if (!one.joined) await tellOfRights(desk.post, one.person, { whose: one.person, changes: one.changes, oldEmail: one.oldEmail, by: run.by, at: run.at })
  })
}

async function tellHearer({ post }: StaffDesk, id: string, { by, at }: StaffRun, hearer: string, { joined, changed, admins, first }: Heard): Promise<void> {
  const person = post.directories().people.person(hearer)
  if (!person?.active) return
  await post.outbox.add(plannedLetter(
    letterId('staff_imported', id, hearer), person.email, person.language, { kind: 'staff_imported', person: hearer, import: id, by, joined, changed, admins, first }, at,
  ))
  await post.notices.add(hearer, [{ id: `staff_imported/${id}`, at, kind: 'staff_imported', about: { kind: 'import', id }, by, with: { joined, changed, admins }, readAt: null }])
}

/** Each newcomer gets one link, on record before it is made. Whoever has their letter already, or a password, gets no other. */
async function sendFirstLinks(desk: StaffDesk, id: string, { by, via, request }: StaffRun, persons: readonly string[], now: string): Promise<void> {
  const { post, credentials, passwords } = desk
  const { people } = post.directories()
  const waiting: string[] = []
  await someAtOnce(persons, LETTERS_AT_ONCE, async (person) => {
    if (people.person(person)?.active && (await credentials.of(person)).hash === null && !(await post.outbox.get(linkLetter(id, person)))) waiting.push(person)
  })
  if (waiting.length === 0) return
  await Promise.all(waiting.map((person) => post.record.append({ at: now, who: by, did: 'password.link_issued', thing: { kind: 'person', id: person }, via, ...(request !== null && { request }) })))
  const links = await offerPasswordLinks({ credentials, passwords }, waiting, now)
  const elsewhere: string[] = []
  await someAtOnce([...links], LETTERS_AT_ONCE, async ([id_, link]) => {
    const person = people.person(id_)
    const letter = person && (await mailPasswordLink(post, person, { ...link, reason: 'first' }, linkLetter(id, id_), now))
    if (letter?.kind === 'password_link' && letter.token !== link.token) elsewhere.push(id_)
  })
  // Another process, that had not heard yet that this one took over, was faster: the link in its letter is the one that counts.
  for (const person of elsewhere) {
    const letter = await post.outbox.get(linkLetter(id, person))
    const token = letter?.kind === 'password_link' ? letter.token : null
    await credentials.change(person, (it) => ({ ...it, link: token === null ? null : { digest: passwords.digest(token), until: letter?.until ?? now } }))
  }
}

function linkLetter(id: string, person: string): string {
  return letterId('first_link', id, person)
}
