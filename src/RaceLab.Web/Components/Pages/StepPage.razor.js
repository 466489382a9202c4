// Digits and E take turns, and arrows go along the schedule, except where these keys mean something else to whoever has the focus.

import { address } from '../../js/address.js';

const own = 'input, select, textarea, [contenteditable]';

export function listen(page) {
  const onKey = event => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const at = event.target instanceof Element ? event.target : document.body;
    if (/^[1-4]$/.test(event.key) && !at.closest('input:not([type=radio]):not([type=range]), textarea, select, [contenteditable]')) {
      event.preventDefault();
      page.invokeMethodAsync('PlayByKey', Number(event.key));
    } else if (event.key === 'e' && !at.closest(own)) {
      page.invokeMethodAsync('DeliverByKey');
    } else if ((event.key === 'ArrowLeft' || event.key === 'ArrowRight') && !at.closest(own)) {
      event.preventDefault();
      page.invokeMethodAsync('MoveByKey', event.key === 'ArrowLeft' ? -1 : 1);
    }
  };
  document.addEventListener('keydown', onKey);
  return {
    /** Writes the schedule into the address, without a new page and without scrolling it; only the lanes go along with their latest turn. */
    address: written => {
      if (!address(written)) return;
      const cell = document.querySelector('.timeline .cell[aria-current]');
      const lanes = cell?.closest('.scroll-x');
      if (lanes) lanes.scrollLeft += Math.max(0, cell.getBoundingClientRect().right - lanes.getBoundingClientRect().right + 8);
    },
    dispose: () => document.removeEventListener('keydown', onKey),
  };
}
