import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from '../root.js'

/**
 * Every safety promise asked for so far, and the tests that prove it, by their titles; or what is still missing of it.
 * A title that no test has any more fails: a promise cannot lose its proof in silence.
 */
interface Promise_ {
  readonly proved: readonly string[]
  readonly pending?: string
}
const by = (...proved: string[]): Promise_ => ({ proved })

const PROMISES: Readonly<Record<string, Promise_>> = {
  'V1 each person and page': by('every person opens every note: 200 as the table says', 'whoever asks for whatever note reads exactly what PRODUCT.md §3 says'),
  'V2 search finds what is readable': by('searching a word finds exactly what the table allows', 'what is found is what the law shows, on random pairs of viewer and thing'),
  'V3 a closed word looks like a random one': by('a word of what is closed looks like a word of nothing', 'a word that only hidden notes hold is like a word that nobody wrote'),
  'V4 snippets': by('no list, queue, form or other surface shows anybody a word of what they may not read'),
  'V5 totals and counts': by('totals and facet counts are what the table counts', 'facets count what is there'),
  'V6 lists count visible things': by('a customer\'s page shows what this reader may see of them, most trusted first, with true counts', 'totals and facet counts are what the table counts'),
  'V7 suggestions': by('suggests it to anybody outside its circle', 'words to go on with are those of what may be seen'),
  'V8 related, customer page': by('edit forms, old revisions, related notes and decision pages follow the same law'),
  'V9 head, attributes, error pages': by('no list, queue, form or other surface shows anybody a word of what they may not read'),
  'V10 API and feeds': by(
    'for every person and every note the API decides as the page does, and gives the allowed fields and no other word', 'what a program finds is what its owner may find, with true counts and no word of anything else',
    'a program gets a customer exactly when its owner may know them', 'the API lets through exactly what the pages let through, for everybody and every note',
  ),
  'V11 exports': { proved: [], pending: 'an export is sent as it is made, under the sight of that moment: none lies about to be fetched later' },
  'V12 digests at the moment of sending': by('a digest holds only what ceiling, team and filter allow', 'a note reclassified, archived or narrowed while the digest is queued is not in the mail'),
  'V13 subject and headers': by('no word of anything else is in the mail or its headers', 'nothing a person typed becomes a header'),
  'V14 old revisions': by('edit forms, old revisions, related notes and decision pages follow the same law'),
  'V15 a right taken away': by('a right taken away is gone on the next click, everywhere', 'the writer closes a note in one click, and the next click of a reader finds nothing'),
  'V16 two ids in a route': by(
    'cannot reach a closed note or customer through any door that an open one opens', 'gets the page of what is not there for every door of a closed note or customer, whatever comes second',
    'a merge into what is unknown, unreadable, archived, itself or changed meanwhile does nothing',
  ),
  'V17 foreign ids in bodies': by('foreign ids in a decision are refused and nothing is written', 'a restricted customer cannot be attached, asked for or guessed by its number', 'a new note about a customer one may not know of is refused, and nothing is written', 'somebody who used a note names only a customer of it that they may know of', 'a form that names somebody else’s draft leaves that draft alone'),
  'V20 predicate, SQL and engine agree': by('the law as SQL lets through exactly what the law lets through', 'the law compiled to columns judges every pair of viewer and thing as the law itself', 'nobody sees anything through no clause at all', 'the law as a filter of Meilisearch judges every pair of viewer and thing as the law itself'),
  'V18 tokens': by(
    'a token that only writes reads nothing of anything, one that only reads writes nothing, and that of somebody who left is worth nothing',
    'a right that is taken from its owner is taken from the token on the next request, and comes back with it', 'a token is worth what its owner is worth at this moment, and never more than its scopes',
    'a revoked token is worth nothing on the next request',
  ),
  'V19 random histories': by('random histories: after each act everybody finds, is told and reads what the table says', 'is found out by random histories'),
  'V21 own notes, second curator': by('a curator cannot decide on text they wrote since the last decision', 'a restricted note needs two able curators named, and lowering it needs a second one', 'nobody publishes their own by the way'),
  'V22 filters are literal': by('quotes, operators and wildcards in ids, values and filters are letters like any other', 'a list is asked for with plain values only'),
  'mutation check': by('whichever rule of the law is got wrong, the oracle notices'),
  'surface closure': by('every door stands in the table of surfaces, and the table names no other'),
  'X1 hostile texts': by(
    'sanitised, no script runs, no dialog opens, no request leaves', 'no script runs, no dialog opens and no request leaves on any page', 'what was written comes back unchanged, but for how lines end',
    'as names of files and as cells, no script runs on the pages of an import', 'as names of channels and titles in a digest, no script runs on any page about mail', 'the mails themselves run nothing and ask for nothing', 'hostile texts as cells are kept letter by letter',
  ),
  'X2 fix-point': by('the public hostile collections leave nothing but allowed elements, attributes and addresses'),
  'X3 the policy alone': by('with the sanitiser off, the policy alone stops every script'),
  'X4 pathological Markdown': by('no text, however hostile, fails or stays without an answer', 'while hostile texts are rendered, other people still get their pages'),
  'X5 external images': by('a picture is never loaded: readers get a link with its description'),
  'H1 content types': by('a form is a form: no other content type gets past it, however it is spelt', 'no door takes a body in a spelling of another content type, token or not', 'a form that is broken, or says not where its parts end, is refused as such'),
  'H2 spellings of paths': by('another spelling of a path never opens a door that the plain one keeps shut', 'no spelling of an address opens what the plain one keeps shut'),
  'H3 arrays and prototypes': by('a list where one value is meant, and names that reach into objects, are refused'),
  'H4 limits': by('what is too large or too long is refused before it is read'),
  'H5 slow clients': by('a client that sends too slowly is cut off, and others are served meanwhile'),
  'H6 GET changes nothing': by('looking changes nothing: every page opened twice by each kind of person leaves every file as it was'),
  'H7 tokens and other sites': by('a form is done only with a token of this very session', 'a request that another site made is refused, token or not', 'every route that changes something asks for a token'),
  'H8 next=': by('after signing in one gets to a page of the portal, never to another site'),
  'H9 Host header': by('the name a request is sent to is never on a page, in a header or in a mail'),
  'H10 forwarded headers': by('addresses in headers are believed from the proxy alone'),
  'H11 headers': by('every answer tells the browser what it may do, and nothing about the server'),
  'S1 sessions': by('signing in makes a new session, whatever cookie the browser brought along', 'the cookie is out of reach of scripts and other sites', 'with an https address cookies are bound to it by name'),
  'S2 one answer': by('wrong name, wrong password, disabled, never invited and slowed down get the same answer'),
  'S3 throttling': by('after many failures the owner can still enter from elsewhere', 'a guess spread over many addresses is slowed, yet its owner enters where they entered before, also after a restart'),
  'S5 passwords and links': by('a password is kept as Argon2id and verified', 'a password link works once, for a day, and looking at it does not use it up', 'whoever changed where the mail goes sends no link there'),
  'F1 kill -9': by('times in the middle of writing, the store keeps every answered write and nothing half', 'times while everybody writes, the portal keeps whatever it answered, and list and index say what the files say'),
  'F2 order of system calls': by('the kernel saw fsync, rename and fsync of the directory, in this order, before each answer'),
  'F3 every failure': by('memory equals disk, answers are true, and later writes work', 'whichever operation of a write fails, memory, disk and catalog say the same'),
  'F4 full disk': by('on a full disk people go on reading and signing in, and writing resumes by itself when there is space'),
  'F5 damaged files': by('a people file that is ${what} stops the start', 'one damaged note is set aside and stops nobody', 'a data directory that lost a file or its manifest is refused, never filled up again'),
  'F6 second process': by('a second server on the same data directory ends and names the first'),
  'F7 engine away': by('with no engine at all, whoever searches finds what the law allows, and is told that it is a simple look', 'a teller posts and finds while the engine refuses or hangs, in both languages', 'while the server hangs or is killed search goes on in a simple way, posting as always, and it catches up by itself', 'what is closed while the server is away is found by nobody it was closed to, from that moment on', 'documents that are not the bank’s are never shown, and the nightly comparison takes them out'),
  'F9 PostgreSQL away': by('PostgreSQL away: 503 with a time to come back, nothing shown, and afterwards everything as it was (F9)', 'a write whose connection is killed before its commit is refused as not now, and did not happen (F9)', 'when all connections are taken whoever comes is told within the time set, and nobody before them fails (F9)'),
  'F10 SIGTERM under load': by('asked to stop under load, the portal answers what is under way, ends well, and lets the next one in', 'asked to stop while people post, the portal loses no note that it said was kept'),
  'F11 backups': by('a backup made while everybody writes restores to the same portal with the same rights', 'a damaged, cut off or foreign archive is refused with its name, and nothing is written'),
  'F12 rebuild while writing': by('while the index is rebuilt nothing is missing, twice or wrongly visible, and no write is lost', 'an index is built anew beside the one that answers, while people write and search (F12)'),
  'C1 two editors': by('two people edit one revision: the second gets 409 with both texts, and nothing is overwritten'),
  'C2 fifty edits': by('of fifty edits of one revision one wins, forty-nine get 409 with their own text, and in the end every text is there', 'fifty people change one page at once and every change is in it'),
  'C3 fifty additions': by('of fifty comments, fifty reuses and fifty flags at once every one is there', 'fifty people comment at once, and every line is there'),
  'C4 accept while editing, two claims': by('accepting and editing at the same moment has one outcome, and whoever was later is told', 'of two curators claiming at once one has it, and the other reads who'),
  'C5 idempotency keys': by('one form sent fifty times at once is one note, and one line is one line', 'the same line sent twice is there once'),
  'A1 the record': by(
    'each thing that must be on record is there once, with who did it, to what, and the old and the new', 'wherever else its name is shown, the read is on record', 'each change of rights is on record before it is made, once',
    'every list that shows its title puts the reading on record', 'reading and closing what is sensitive is on record, once each, without a word of it', 'entering, leaving and being refused are on record, without the name that was tried',
  ),
  'A2 hash chain': by('an entry somebody edited is found', 'entries somebody removed, from the middle or the front, are found', 'entries somebody put in another order or in twice are found', 'last entries somebody removed are found'),
  'A3 logs': by('the log holds no password, token, cookie, address typed, or words searched for', 'the log holds no word of a note, a comment, a customer, a draft or a file, also when something breaks over it'),
  'A4 a fault': by('a fault shows a number that is in the log, and nothing else of it'),
}

/** What was asked for so far: these lines of SAFETY.md need a proof, and no excuse will do. */
const ASKED = [
  ...lines('V', 1, 10), ...lines('V', 12, 22), ...lines('X', 1, 5), ...lines('H', 1, 11), ...lines('S', 1, 3), 'S5', ...lines('F', 1, 7), ...lines('F', 9, 12), ...lines('C', 1, 5), ...lines('A', 1, 4),
]

function lines(letter: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, at) => `${letter}${from + at}`)
}

const titles = readdirSync(join(ROOT, 'server'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && entry.name !== 'promises.test.ts')
  .flatMap((entry) => [...readFileSync(join(entry.parentPath, entry.name), 'utf8').matchAll(/\btest\(\s*(?:'((?:\\.|[^'\\])*)'|`((?:\\.|[^`\\])*)`|"((?:\\.|[^"\\])*)")/g)])
  .map((found) => (found[1] ?? found[2] ?? found[3] ?? '').replace(/\\(.)/g, '$1'))

t.test('every promise is proved by tests that exist, or says what is missing', async (t) => {
  t.ok(titles.length > 400, `premise: ${titles.length} titles were read`)
  for (const [promise, { proved, pending }] of Object.entries(PROMISES)) {
    t.ok(proved.length > 0 || pending, `${promise} has a proof or says what is missing`)
    for (const title of proved) t.ok(titles.some((each) => each.includes(title)), `${promise}: ${title}`)
  }
})

t.test('every line of SAFETY.md that was asked for is on the list, and proved', async (t) => {
  for (const line of ASKED) {
    const found = Object.entries(PROMISES).filter(([promise]) => promise.split(' ')[0] === line)
    t.equal(found.length, 1, line)
    t.equal(found[0]?.[1].pending, undefined, `${line} is not pending`)
  }
})

t.test('a promise whose test was renamed would be noticed', async (t) => {
  t.notOk(titles.some((each) => each.includes('a test that nobody wrote')))
})
