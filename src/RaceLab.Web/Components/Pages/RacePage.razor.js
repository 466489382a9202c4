// Space runs and Escape stops, except where these keys mean something else to whoever has the focus.

import { address } from '../../js/address.js';

const typing = 'input:not([type=radio]), textarea, select, [contenteditable]';
const pressed = 'button, a[href], summary, input, textarea, select, [contenteditable], [role=button]';

export function listen(page) {
  const onKey = event => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const at = event.target instanceof Element ? event.target : document.body;
    if (event.key === 'Escape' && !at.closest(typing)) {
      page.invokeMethodAsync('StopByKey');
    } else if (event.key === ' ' && !isTaken(at)) {
      event.preventDefault();
      page.invokeMethodAsync('RunByKey');
    }
  };
  document.addEventListener('keydown', onKey);
  const arrived = location.pathname;
  return {
    /** Writes the choices into the address. Blazor's own way of doing that scrolls to the top, away from what is being chosen. */
    address: written => address(written, arrived),
    dispose: () => document.removeEventListener('keydown', onKey),
  };
}

/** A radio button that is chosen already has no use for Space. */
function isTaken(element) {
  const control = element.closest(pressed);
  return control !== null && !(control.matches('input[type=radio]') && control.checked);
}
