// A part of a page that is fetched again and again: often while somebody looks at it, seldom while she does not.
const LOOKED_AT = 5000;
const HIDDEN = 60000;

export function startLive(part) {
  part.dataset.started = "";
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, document.hidden ? HIDDEN : LOOKED_AT);
  };
  const ask = () => {
    if (!part.isConnected) return document.removeEventListener("visibilitychange", wait);
    part.dispatchEvent(new CustomEvent("poll"));
    wait();
  };
  document.addEventListener("visibilitychange", wait);
  wait();
}
