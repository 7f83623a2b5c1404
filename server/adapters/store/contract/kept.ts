import type { Test } from 'tap'
import { communityContract } from './community.js'
import type { OpenKept, OpensKept } from './open-kept.js'
import { outboxContract, type OpenOutbox } from './outbox.js'
import { peopleContract } from './people.js'
import { uploadsContract } from './uploads.js'
import { vocabularyContract } from './vocabulary.js'

/** What every store promises of all ports that have no contract of their own. */
export async function keptContract(t: Test, name: string, open: OpensKept): Promise<void> {
  await t.test(`${name}: people, passwords, sessions, tokens`, (t) => peopleContract(t, open))
  await t.test(`${name}: uploads, and what is made of them`, (t) => uploadsContract(t, open))
  await t.test(`${name}: words, wishes, redactions`, (t) => vocabularyContract(t, open))
  await t.test(`${name}: notices, channels, who looked in`, (t) => communityContract(t, open))
  await t.test(`${name}: the outbox`, (t) => outboxContract(t, async (t) => outboxOf(await open(t))))
}

function outboxOf({ kept, reopen }: OpenKept): OpenOutbox {
  return { outbox: kept.outbox, reopen: async () => outboxOf(await reopen()) }
}
