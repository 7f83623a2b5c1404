import { OFTEN_CHOSEN } from './often-chosen.js'

/** What is looked at: comparing every part of a text with 50 000 passwords takes its time, and 64 characters tell enough. */
const LOOKED_AT = 64

interface Judge {
  check(password: string, hints: string[]): { readonly score: number }
}

/**
 * How hard a password is to guess, 0 to 4 as zxcvbn says it, against the passwords most often stolen, the words and
 * keyboards of its common pack, and our own list with what people in Chinese banks choose. The pack costs 40 ms and
 * 15 MB, so it is loaded when somebody sets a password and not at the start.
 */
export function openStrength(): (password: string, hints: readonly string[]) => Promise<number> {
  let judge: Promise<Judge> | null = null
  return async (password, hints) => {
    judge ??= load()
    return (await judge).check([...password].slice(0, LOOKED_AT).join(''), [...hints]).score
  }
}

async function load(): Promise<Judge> {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([import('@zxcvbn-ts/core'), import('@zxcvbn-ts/language-common')])
  return new ZxcvbnFactory({ dictionary: { ...dictionary, 'often-chosen': OFTEN_CHOSEN }, graphs: adjacencyGraphs, useLevenshteinDistance: true })
}
