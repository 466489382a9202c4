/** Scrolls the list, and never the page, so that the chosen one is to be seen. */
export function reveal(list) {
  const chosen = list?.querySelector('input:checked')?.closest('label');
  if (!chosen) return;
  const card = chosen.getBoundingClientRect();
  const box = list.getBoundingClientRect();
  if (card.top < box.top || card.bottom > box.bottom) list.scrollTop += card.top - box.top - (box.height - card.height) / 2;
}
