import type { InjectOptions, LightMyRequestResponse } from 'fastify'

export type Fields = Readonly<Record<string, string | readonly string[]>>

/** What a browser does without JavaScript: keeps cookies, says where a request comes from, sends forms as they are. */
export class Browser {
  readonly cookies = new Map<string, string>()
  /** sent with every request; a test may claim to be another site or to sit behind a proxy */
  readonly headers: Record<string, string> = { 'sec-fetch-site': 'same-origin', 'accept-language': 'en' }
  address = '127.0.0.1'

  constructor(private readonly send: (request: InjectOptions) => Promise<LightMyRequestResponse>) {}

  get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.request({ method: 'GET', url, headers })
  }

  /** Sends fields as a form would, with a form token taken from `from`, the page the form stands on. */
  async post(url: string, fields: Fields, options: { readonly from?: string; readonly token?: string | null; readonly headers?: Readonly<Record<string, string>> } = {}): Promise<Page> {
    const token = options.token === undefined ? await this.token(options.from ?? '/') : options.token
    return this.sendForm(url, token === null ? fields : { _csrf: token, ...fields }, options.headers)
  }

  /** Presses the button of a form on a page, with some fields filled in. */
  submit(form: Form, filled: Fields = {}): Promise<Page> {
    return this.sendForm(form.action, { ...form.fields, ...filled })
  }

  async token(from: string): Promise<string> {
    const page = await this.get(from)
    const token = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1]
    if (token === undefined) throw new Error(`no form on ${from}, which answered ${page.status}`)
    return token
  }

  async request(options: InjectOptions & { readonly url: string }): Promise<Page> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('; ')
    const answer = await this.send({
      ...options,
      remoteAddress: this.address,
      headers: { ...this.headers, ...(cookie && { cookie }), ...options.headers },
    })
    for (const { name, value, maxAge, expires } of answer.cookies) {
      if (maxAge === 0 || (expires && expires.getTime() <= 0)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return new Page(answer)
  }

  private sendForm(url: string, fields: Fields, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    const body = new URLSearchParams()
    for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, String(one))
    return this.request({
      method: 'POST',
      url,
      payload: body.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    })
  }
}

/** An answer, as a test looks at it. */
export class Page {
  readonly status: number
  readonly body: string
  readonly headers: LightMyRequestResponse['headers']
  /** where a redirect leads */
  readonly location: string

  constructor(readonly answer: LightMyRequestResponse) {
    this.status = answer.statusCode
    this.body = answer.body
    this.headers = answer.headers
    this.location = String(answer.headers.location ?? '')
  }

  /** The text a person reads, without markup. */
  get text(): string {
    return unescaped(this.body.replace(/<(script|style|head)\b.*?<\/\1>/gs, ' ').replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim()
  }

  /** The form sent to this path, as the browser would send it untouched. @param id of several, the one about this */
  form(action: string, id?: string): Form {
    const found = [...this.body.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].find(([, attributes, inner]) => {
      return attribute(attributes ?? '', 'action') === action && (id === undefined || inner?.includes(`name="id" value="${id}"`))
    })
    if (!found) throw new Error(`no form to ${action} on this page`)
    const fields: Record<string, string[]> = {}
    const add = (name: string, value: string): void => void (fields[name] ??= []).push(value)
    for (const [, tag, attributes = '', inner = ''] of (found[2] ?? '').matchAll(/<(input|textarea|select)\b([^>]*)>(?:(?<=<(?:textarea|select)\b[^>]*>)\n?(.*?)<\/\1>)?/gs)) {
      const name = attribute(attributes, 'name')
      if (name === '' || (/type="(checkbox|radio)"/.test(attributes) && !/\bchecked\b/.test(attributes))) continue
      add(name, tag === 'textarea' ? unescaped(inner) : attribute(tag === 'select' ? chosenOf(inner) : attributes, 'value'))
    }
    return { action, fields }
  }
}

export interface Form {
  readonly action: string
  readonly fields: Fields
}

/** The attributes of the option a browser would send: the selected one, or else the first. */
function chosenOf(options: string): string {
  const all = [...options.matchAll(/<option\b([^>]*)>/g)].map(([, attributes = '']) => attributes)
  return all.find((attributes) => /\sselected\b/.test(attributes)) ?? all[0] ?? ''
}

function attribute(attributes: string, name: string): string {
  return unescaped(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '')
}

/** What a browser makes of the references our views write. */
export function unescaped(text: string): string {
  return text
    .replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#x27;/g, "'").replace(/&#x60;/g, '`').replace(/&#x3D;/g, '=')
    .replace(/&#39;/g, "'").replace(/&amp;/g, '&')
}
