// Counts down what is left to take something back, then shows how things are now: the server refuses later anyway.
export function startUndo(form) {
  form.dataset.started = "";
  const until = Date.now() + Number(form.dataset.seconds) * 1000;
  const left = form.querySelector("[data-left]");
  if (Number.isNaN(until) || !left) return;
  const tick = () => {
    const seconds = Math.ceil((until - Date.now()) / 1000);
    if (seconds <= 0) {
      form.querySelector("button").disabled = true;
      form.hidden = true;
      if (form.dataset.then) location.replace(form.dataset.then);
      return;
    }
    left.textContent = seconds;
    setTimeout(tick, 250);
  };
  tick();
}
