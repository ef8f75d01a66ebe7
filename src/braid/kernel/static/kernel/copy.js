// A button that copies a text the page shows. Without a script it stays hidden: the text can be selected by hand.
const PATIENCE = 2000; // milliseconds for which the button says that it has copied

export function startCopy(button) {
  button.dataset.started = "";
  const text = document.getElementById(button.dataset.copy);
  const words = button.querySelector("span");
  const before = words.firstChild.data;
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
    } catch (refused) { // no secure page, or an old browser
      document.execCommand("copy");
    }
    words.firstChild.data = button.dataset.copied;
    setTimeout(() => { words.firstChild.data = before; }, PATIENCE);
  });
}
