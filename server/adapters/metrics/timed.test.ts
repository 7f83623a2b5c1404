import t from 'tap'
import { timed, type Outcome } from './timed.js'

class Shelf {
  private readonly books = new Map([['a', 'Alpha']])
  get size(): number {
    return this.books.size
  }
  has(id: string): boolean {
    return this.books.has(id)
  }
  async get(id: string): Promise<string | null> {
    return this.has(id) ? (this.books.get(id) ?? null) : null
  }
  async both(): Promise<readonly (string | null)[]> {
    return [await this.get('a'), await this.get('b')]
  }
  async burn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    throw new Error('Alpha burns')
  }
}

t.test('a timed shelf answers as the shelf does, and each call that takes time is told once', async (t) => {
  const told: (readonly [string, string, Outcome])[] = []
  const shelf = timed(new Shelf(), 'shelf', (port, call, outcome, seconds) => {
    t.ok(seconds >= 0)
    told.push([port, call, outcome])
  })
  t.equal(await shelf.get('a'), 'Alpha')
  t.same(await shelf.both(), ['Alpha', null])
  t.equal(shelf.has('a'), true)
  t.equal(shelf.size, 1)
  await t.rejects(shelf.burn(new AbortController().signal), { message: 'Alpha burns' })
  await t.rejects(shelf.burn(AbortSignal.abort()), { name: 'AbortError' })
  t.same(told, [['shelf', 'get', 'ok'], ['shelf', 'both', 'ok'], ['shelf', 'burn', 'failed'], ['shelf', 'burn', 'cancelled']])
  t.equal(shelf.get, shelf.get, 'the same call each time it is looked up')
})
