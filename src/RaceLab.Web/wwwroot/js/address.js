/** Writes a page’s choices into the address, without going anywhere. */
export function address(written) {
  history.replaceState(history.state, '', written);
}
