// Makes pages quicker to work with. Nothing here is needed: every page does its whole job without this file.
// Pages ask for a manner by attribute (data-shortcut, data-rows, data-copy, data-guard …); scripts/design/COMPONENTS.md lists them.

const page = document.documentElement
page.classList.add('js')

menus()
shortcuts()
rows()
scales()
writing()
suggesting()
guard()
copying()
composing()
typedBefore()
answers()
arrive()

// Menus are details elements: Escape gives the focus back, a click elsewhere closes.
function menus() {
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape' || event.isComposing) return
    const open = event.target.closest?.('details.menu[open], details.confirm[open]') ?? document.querySelector('details.menu[open]')
    if (open) fold(open)
  })
  document.addEventListener('click', event => {
    for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false
    const keep = event.target.closest('[data-close-details]')
    if (keep) fold(keep.closest('details'))
    const opener = event.target.closest('[data-open]')
    if (opener) document.getElementById(opener.dataset.open)?.showModal()
    if (event.target.closest('[data-print]')) print()
  })
}

function fold(details) {
  details.open = false
  details.querySelector('summary').focus()
}

// One key, or two after each other ("g q"). Never where text can be typed, never with a modifier, never when switched off.
function shortcuts() {
  const places = { f: 'find', m: 'mine', c: 'customers', q: 'queue', u: 'questions', i: 'insights', a: 'admin' }
  // -Infinity and not 0: in the first seconds of a page every key would seem to follow a g
  let went = -Infinity
  document.addEventListener('keydown', event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) return send(event)
    if (event.defaultPrevented || page.dataset.shortcuts !== 'on' || !single(event)) return
    const after = event.timeStamp - went < 1500
    went = -Infinity
    if (after && places[event.key]) return press(event, document.querySelector(`.sections-row > [data-section="${places[event.key]}"]`))
    if (event.key === 'g') return void (went = event.timeStamp)
    if (event.key === '?') return press(event, document.getElementById('shortcuts'))
    const key = CSS.escape(event.key)
    press(event, document.querySelector(`main [data-shortcut="${key}"]`) ?? document.querySelector(`[data-shortcut="${key}"]`))
  })
}

function single(event) {
  return event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing && !event.repeat
    && !takesText(event.target) && !document.querySelector('dialog[open]')
}

function takesText(element) {
  return element.isContentEditable || element.matches?.('textarea, select, input:not([type=radio], [type=checkbox], [type=submit], [type=button])')
}

function press(event, element) {
  if (!element) return
  event.preventDefault()
  if (element.matches('dialog')) element.showModal()
  else if (element.matches('input, textarea, select')) { element.focus(); element.select?.() }
  else if ('shortcutFocus' in element.dataset) element.focus()
  else element.click()
}

// Ctrl+Enter sends the form one is writing in, by its first primary button.
function send(event) {
  const button = event.target.closest?.('form')?.querySelector('button.primary:not([disabled])')
  if (button) { event.preventDefault(); button.form.requestSubmit(button) }
}

// Lists worked from the keyboard: j and k move the real focus from row to row, so Enter and a screen reader follow by themselves.
function rows() {
  document.addEventListener('keydown', event => {
    const list = document.querySelector('[data-rows]')
    if (!list || event.defaultPrevented || page.dataset.shortcuts !== 'on' || !single(event)) return
    const all = [...list.querySelectorAll('[data-row]')]
    const at = all.findIndex(row => row.contains(document.activeElement) || row.classList.contains('is-selected'))
    const step = { j: 1, k: -1 }[event.key]
    if (step) {
      event.preventDefault()
      const row = all[Math.min(all.length - 1, Math.max(0, at + step))]
      all.forEach(other => other.classList.toggle('is-selected', other === row))
      row?.querySelector('a[href], button')?.focus()
    } else if (event.key === 'x' && at >= 0) all[at].querySelector('input[type=checkbox]')?.click()
    else if (at >= 0) press(event, all[at].querySelector(`[data-row-shortcut="${CSS.escape(event.key)}"]`))
  }, true)
}

// In a rating, its own digit or letter chooses the step, and the next question still open gets the focus: 2 B 4 3.
// Outside of ratings a digit answers the first open one; letters are shortcuts there.
function scales() {
  document.addEventListener('keydown', event => {
    if (!single(event)) return
    const asked = event.target.closest?.('.scale')
    const may = page.dataset.shortcuts === 'on'
    const scale = asked ?? (may && event.key >= '0' && event.key <= '9' ? openScale() : null)
    const step = scale && [...scale.querySelectorAll('input[type=radio]')].find(input => input.value.toLowerCase() === event.key.toLowerCase())
    if (!step) return
    event.preventDefault()
    step.focus()
    step.click()
    if (may) openScale()?.querySelector('input[type=radio]').focus()
  }, true)
}

function openScale() {
  return [...document.querySelectorAll('form .scale')].find(scale => !scale.querySelector('input:checked'))
}

// Text boxes grow with their text where CSS cannot do it; a prompt puts its heading where the cursor is.
function writing() {
  const byHand = !CSS.supports('field-sizing', 'content')
  document.addEventListener('input', ({ target }) => { if (byHand && target.matches('textarea')) grow(target) })
  document.addEventListener('click', event => {
    const prompt = event.target.closest('[data-insert]')
    const text = prompt && document.getElementById(prompt.dataset.insertInto)
    if (!text) return
    event.preventDefault()
    const before = text.value.slice(0, text.selectionStart)
    const gap = before === '' || before.endsWith('\n\n') ? '' : before.endsWith('\n') ? '\n' : '\n\n'
    text.setRangeText(`${gap}${prompt.dataset.insert}\n`, text.selectionStart, text.selectionEnd, 'end')
    text.focus()
    text.dispatchEvent(new Event('input', { bubbles: true }))
  })
  document.addEventListener('change', ({ target }) => {
    if (target.matches('[data-theme-choice]')) page.dataset.theme = target.value
    if (target.matches('[data-mark-all]')) for (const box of document.querySelectorAll('[data-rows] input[type=checkbox]')) box.checked = target.checked
  })
}

// Names offered under a field: arrows go through them, and Enter takes the first instead of sending the whole form.
// What was offered for an earlier wording is never taken.
function suggesting() {
  document.addEventListener('input', ({ target }) => {
    const offered = target.closest('.field')?.querySelector('.suggest')
    if (offered) offered.dataset.stale = ''
  })
  document.addEventListener('keydown', event => {
    const offered = event.isComposing ? null : event.target.closest?.('.field')?.querySelector('.suggest')
    if (!offered) return
    const field = offered.closest('.field').querySelector('input:not([type=hidden])')
    const options = [...offered.querySelectorAll('.suggest-option')]
    const at = options.indexOf(event.target)
    if (event.key === 'Enter' && event.target === field && field.value.trim()) {
      event.preventDefault()
      if (!('stale' in offered.dataset)) options[0]?.click()
    } else if (event.key === 'ArrowDown' && options[at + 1]) { event.preventDefault(); options[at + 1].focus() }
    else if (event.key === 'ArrowUp' && at >= 0) { event.preventDefault(); (options[at - 1] ?? field).focus() }
  })
  // The list goes once a name is chosen, and a name once it is taken back; the cursor must not go with it.
  document.addEventListener('click', ({ target }) => {
    const field = target.closest('.suggest-option, .field:has(.suggest) button[name^="drop"]')?.closest('.field')
    field?.querySelector('input:not([type=hidden])')?.focus()
  }, true)
}

function grow(text) {
  text.style.height = 'auto'
  text.style.height = `${text.scrollHeight + 2}px`
}

// A form with data-guard: leaving with unsaved words asks first; hiding the tab saves them where the form saves by itself.
function guard() {
  const typed = new WeakMap()
  const sent = new WeakMap()
  const dirty = form => (typed.get(form) ?? 0) > (sent.get(form) ?? 0)
  document.addEventListener('input', ({ target }) => {
    const form = target.form?.matches('[data-guard]') && target.form
    if (form) typed.set(form, (typed.get(form) ?? 0) + 1)
  })
  document.addEventListener('submit', ({ target }) => sent.set(target, typed.get(target) ?? 0))
  document.addEventListener('htmx:before:request', ({ detail }) => {
    const source = detail.ctx.sourceElement
    if (source.matches?.('[data-autosave]')) source.upTo = typed.get(source.closest('form'))
  })
  document.addEventListener('htmx:after:request', ({ detail }) => {
    const source = detail.ctx.sourceElement
    if (source.matches?.('[data-autosave]') && detail.ctx.response?.status < 400) sent.set(source.closest('form'), source.upTo)
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'hidden') return
    for (const saver of document.querySelectorAll('[data-guard] [data-autosave]')) if (dirty(saver.closest('form'))) saver.dispatchEvent(new Event('save'))
  })
  window.addEventListener('beforeunload', event => {
    if ([...document.querySelectorAll('form[data-guard]')].some(dirty)) event.preventDefault()
  })
}

function copying() {
  document.addEventListener('click', async event => {
    const button = event.target.closest('[data-copy]')
    if (!button) return
    event.preventDefault()
    const from = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom)
    await navigator.clipboard.writeText(from ? (from.value ?? from.textContent).trim() : button.dataset.copy)
    toast(document.getElementById('toasts')?.dataset.copied, 'good', 3000)
  })
}

// Half-composed pinyin must not search: while an input method composes, live fields stay silent and speak once at the end.
function composing() {
  document.addEventListener('input', event => { if (event.isComposing && event.target.matches('[data-live]')) event.stopImmediatePropagation() }, true)
  document.addEventListener('compositionend', ({ target }) => {
    if (target.matches('[data-live]')) target.dispatchEvent(new Event('input', { bubbles: true }))
  })
}

// What was typed before the page could answer (its scripts were still under way) is answered as soon as it can.
function typedBefore() {
  document.addEventListener('htmx:after:process', () => {
    const field = document.activeElement
    if (field && takesText(field) && field.value !== (field.defaultValue ?? field.value)) field.dispatchEvent(new Event('input', { bubbles: true }))
  }, { once: true })
}

// What htmx brings in gets the same care as what the page came with; a server that does not answer is said aloud.
function answers() {
  document.addEventListener('htmx:after:swap', arrive)
  document.addEventListener('htmx:error', ({ detail }) => {
    if (detail.error?.name !== 'AbortError') toast(document.getElementById('toasts')?.dataset.offline, 'warning')
  })
}

function arrive() {
  const refusals = document.querySelector('[data-focus-first]:not([data-told])')
  if (refusals) { refusals.dataset.told = ''; refusals.focus() }
  if (!CSS.supports('field-sizing', 'content')) document.querySelectorAll('textarea').forEach(grow)
  // before Chromium 131 CSS cannot open the facets of a wide page by itself
  if (!CSS.supports('selector(::details-content)') && matchMedia('(min-width: 60em)').matches) document.querySelectorAll('.facets').forEach(facets => { facets.open = true })
}

function toast(text, tone, for_ = 0) {
  const place = document.getElementById('toasts')
  if (!place || !text) return
  const box = document.createElement('div')
  const words = document.createElement('p')
  box.className = 'toast'
  box.dataset.tone = tone
  words.textContent = text
  box.append(words)
  place.replaceChildren(box)
  if (for_) setTimeout(() => box.remove(), for_)
}
