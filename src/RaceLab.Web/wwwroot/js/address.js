/**
 * Writes a page’s choices into the address, without going anywhere. Not where somebody has left the page meanwhile: a busy server may come late with what was chosen before.
 * @param arrived where the page may have been opened, if not at the address’s own path
 * @returns whether it was written
 */
export function address(written, arrived) {
  if (location.pathname !== new URL(written, document.baseURI).pathname && location.pathname !== arrived) return false;
  history.replaceState(history.state, '', written);
  return true;
}
