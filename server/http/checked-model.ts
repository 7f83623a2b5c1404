import Handlebars from 'handlebars'

/**
 * In tests a page that asks its model for something that is not there fails, wherever in the template it asks:
 * Handlebars' own strict mode misses `#if`, `#each`, and arguments of helpers and partials.
 */
export function checkedHandlebars(): typeof Handlebars {
  const engine = Handlebars.create()
  const compile = engine.compile.bind(engine)
  engine.compile = ((source: string, options?: CompileOptions) => {
    const template = compile(source, options)
    return (model: unknown, run?: Handlebars.RuntimeOptions) => template(checked(model, 'model'), run)
  }) as typeof engine.compile
  return engine
}

/** What the template engine itself looks for in passing. */
const OWN_QUESTIONS = new Set(['toHTML', 'toJSON', 'then', 'constructor', 'hasOwnProperty', 'toString', 'valueOf'])

const known = new WeakMap<object, object>()

export function checked<T>(value: T, path: string): T {
  if (!isModel(value)) return value
  const before = known.get(value)
  if (before) return before as T
  const proxy = new Proxy(unfrozen(value), {
    get(target, name) {
      if (typeof name === 'string' && !(name in target) && !OWN_QUESTIONS.has(name)) {
        throw new Error(`the page asks for ${path}.${name}, which its model does not have`)
      }
      const inner: unknown = Reflect.get(target, name)
      return typeof name === 'string' ? checked(inner, `${path}.${name}`) : inner
    },
  })
  known.set(value, proxy)
  known.set(proxy, proxy)
  return proxy as T
}

function isModel(value: unknown): value is object {
  return typeof value === 'object' && value !== null && isPlain(value)
}

/** A proxy over a frozen object would have to give back its very own inner objects, so it stands over a copy. */
function unfrozen(value: object): object {
  if (!Object.isFrozen(value)) return value
  return Array.isArray(value) ? [...value] : { ...value }
}

function isPlain(value: object): boolean {
  const parent = Object.getPrototypeOf(value)
  return parent === Object.prototype || parent === null || Array.isArray(value)
}
