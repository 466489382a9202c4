// Starts Blazor, and brings a page back whose socket was cut: the same circuit where the lab still has it, else the same address anew.
(() => {
  const longestWaitMs = 5000;
  let cut = false;

  const show = visible => {
    const note = document.getElementById('line-cut');
    if (note) note.hidden = !visible;
  };

  const pause = ms => new Promise(resolve => {
    const timer = setTimeout(resolve, ms);
    addEventListener('online', () => { clearTimeout(timer); resolve(); }, { once: true });
  });

  async function comeBack() {
    for (let attempt = 0; cut; attempt++) {
      try {
        if (await Blazor.reconnect()) return;
        location.reload();
        return;
      } catch {
        await pause(Math.min(longestWaitMs, 250 * 2 ** Math.min(attempt, 6)));
      }
    }
  }

  addEventListener('click', event => {
    if (!event.target.closest?.('[data-reload]')) return;
    event.preventDefault();
    location.reload();
  });

  Blazor.start({
    // Every page is interactive: a link that is followed before the circuit is there must load its page and not race with the circuit.
    ssr: { disableDomPreservation: true },
    circuit: {
      reconnectionHandler: {
        onConnectionDown: () => {
          if (cut) return;
          cut = true;
          show(true);
          comeBack();
        },
        onConnectionUp: () => {
          cut = false;
          show(false);
        },
      },
    },
  });
})();
