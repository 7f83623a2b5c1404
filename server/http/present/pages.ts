/** The model of parts/_pagination; null when everything is on one page. @param base an address with a `?` in it */
export function pagesOf(base: string, page: number, size: number, total: number) {
  const last = Math.max(1, Math.ceil(total / size))
  if (last === 1 && page === 1) return null
  const href = (n: number) => `${base}${base.endsWith('?') ? '' : '&'}page=${n}`
  const near = [1, page - 1, page, page + 1, last].filter((n, i, all) => n >= 1 && n <= last && all.indexOf(n) === i).sort((a, b) => a - b)
  return {
    from: total === 0 ? 0 : (page - 1) * size + 1,
    to: Math.min(page * size, total),
    total,
    previous: page > 1 ? href(page - 1) : null,
    next: page < last ? href(page + 1) : null,
    links: near.map((n, i) => ({ href: href(n), label: String(n), current: n === page, skipped: i > 0 && n - 1 !== near[i - 1] })),
  }
}
