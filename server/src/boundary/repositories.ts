/** Canonical names of source repositories: `host/owner/name`, lower case. Spec: docs/spec/boundary.md §5. */

const FORGES =
  /^(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|sr\.ht|git\.sr\.ht|gitee\.com)$|^(?:git|gitlab|github|gitea)\./
/** First path segments of a forge that are its own pages, not owners. */
const PAGES = new Set(
  'about advisories blog contact customer-stories docs enterprise explore features issues join login marketplace notifications orgs pricing pulls search security settings signup site sponsors topics trending users'.split(
    ' ',
  ),
)

/** The repository a host and path name, or null when they name none. */
export function repositoryOf(host: string, path: string, scheme: string): string | null {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '~')
  const git = scheme === 'git' || scheme === 'ssh' || path.endsWith('.git')
  if (!git && !FORGES.test(host.toLowerCase())) return null
  const owner = segments[0]
  const end = segments.findIndex((segment) => segment === '-' || segment.endsWith('.git'))
  const depth =
    git || end > 0
      ? end === -1 || segments[end] === '-'
        ? end === -1
          ? segments.length
          : end
        : end + 1
      : 2
  const name = segments
    .slice(1, Math.max(2, depth))
    .join('/')
    .replace(/\.git$/, '')
  if (owner === undefined || name === '' || PAGES.has(owner.toLowerCase())) return null
  return `${host.replace(/^www\./, '')}/${owner}/${name}`.toLowerCase()
}
