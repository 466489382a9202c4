// Copies an element's text: by the clipboard where the page may use it, else by a selection, as before there was one.

export async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    const selection = getSelection();
    selection.selectAllChildren(element);
    const copied = document.execCommand('copy');
    if (copied) selection.removeAllRanges();
    return copied;
  }
}
