/** Words too common to tell one entry from another. Left out of a query unless it holds nothing else. */
const ENGLISH = `a about after all also am an and any are as at be because been before being but by can could did do does doing
 for from get had has have having he her here hers him his how i if in into is it its just like me more most my no nor not of off on
 or our out over she should so some such than that the their them then there these they this those through to too under until up us
 very was we were what when where which while who whom whose why will with would you your yours many much tell please
 don doesn didn isn aren wasn weren won wouldn couldn shouldn hasn haven hadn ain ll ve re im`
const CHINESE = `的 了 是 在 和 与 及 或 而 且 但 也 都 就 还 很 被 把 将 让 使 对 对于 从 到 向 往 由 于 以 为 因 因为 所以 所 其 其中 此 这 那 这个 那个
 这些 那些 它 他 她 我 你 您 我们 你们 他们 它们 之 等 地 得 着 过 吗 呢 吧 啊 呀 么 什么 哪 哪个 哪些 哪里 哪一 哪种 谁 何 何时 何地 何种 如何 怎么 怎样 怎么样
 为何 为什么 多少 几 是否 有没有 请问 以及 并 并且 并非 不 没 没有 有 会 能 可以 可 要 应该 该 当 时候 哪位 是由 一下 什 么`

const STOP_WORDS: ReadonlySet<string> = new Set([...ENGLISH.split(/\s+/), ...CHINESE.split(/\s+/)])
const EMPTY_CHARACTERS: ReadonlySet<string> = new Set('的了是在和与及或而也都就很被把将让对从到由于以为因所其此这那它他她我你您之吗呢吧啊呀么什哪谁何')

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word)
}

/** How many characters of a Chinese pair say nothing by themselves. */
export function emptyCharacters(pair: string): number {
  let count = 0
  for (const character of pair) if (EMPTY_CHARACTERS.has(character)) count++
  return count
}
