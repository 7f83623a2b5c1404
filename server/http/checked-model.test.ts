import t from 'tap'
import { checkedHandlebars } from './checked-model.js'

const MODEL = () => ({
  title: 'x', none: null, list: [{ name: 'a' }, { name: 'b' }], person: Object.freeze({ name: 'Li Na', tags: Object.freeze(['x']) }),
  get lazy() { return 'made when asked' },
})

/** Ways to ask for something that is not there; plain strict mode would let most of them pass. */
const MISTAKES = [
  '{{titel}}', '{{#if titel}}x{{/if}}', '{{#unless titel}}x{{/unless}}', '{{#each lists}}x{{/each}}', '{{#with persn}}x{{/with}}', '{{person.nam}}', '{{#if person.nam}}x{{/if}}',
  '{{#each list}}{{nam}}{{/each}}', '{{#each list}}{{#if nam}}x{{/if}}{{/each}}', '{{say titel}}', '{{say x=titel}}', '{{> row text=titel}}', '{{> row name=title}}', '{{#each list}}{{../titel}}{{/each}}',
  '{{#each list}}{{@root.titel}}{{/each}}',
]

t.test('a page that asks for what its model does not have fails, wherever it asks', async (t) => {
  const engine = checkedHandlebars()
  engine.registerHelper('say', () => 'said')
  engine.registerPartial('row', engine.compile('{{text}}') as never)
  for (const mistake of MISTAKES) t.throws(() => engine.compile(mistake)(MODEL()), { message: /which its model does not have/ }, mistake)
})

t.test('a page that asks rightly is drawn as always', async (t) => {
  const engine = checkedHandlebars()
  engine.registerHelper('say', (value: string) => `said ${value}`)
  engine.registerPartial('row', engine.compile('[{{text}} {{title}}]') as never)
  const page = '{{title}} {{#if none}}x{{else}}-{{/if}} {{#each list}}{{@index}}{{name}}{{../title}}{{/each}} {{person.name}} {{#each person.tags}}{{this}}{{/each}} {{say title}} {{> row text=title}} {{lazy}} {{list.length}}'
  t.equal(engine.compile(page)(MODEL()), 'x - 0ax1bx Li Na x said x [x x] made when asked 2')
})
