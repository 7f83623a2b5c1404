import type { Hit, Likeness, SimilarOptions } from '../../../domain/search/port.js'
import { similar as similarIn } from '../embedded/similar.js'
import { inSubsets } from './groups.js'
import { Sample } from './sample.js'
import type { Engine } from './search.js'

const READ = 120

/** What holds most of the telling words: the engine is asked for entries with the rarest of them, which are then compared. */
export async function similar(to: Likeness, options: SimilarOptions, { asking, hide }: Engine): Promise<readonly Hit[]> {
  const sample = new Sample({ hide, sounds: false })
  if ('id' in to) {
    const { documents } = await asking.gather([{ parts: [], among: [to.id] }], { limit: 1 })
    if (documents.length === 0) return []
    sample.add(documents)
  }
  similarIn(to, options, sample)
  if (sample.wanted.size === 0) return []
  await asking.settle(sample)
  const { documents } = await asking.gather(inSubsets(sample.rarest('id' in to ? 1 : 0)), { limit: READ })
  sample.add(documents)
  return similarIn(to, options, sample)
}
