// Leaves at once: the Exit button or Shift three times. Without this file the button is a plain link.
const button = document.getElementById("exit");
let presses = 0;
let timer = 0;

function leave() {
  document.title = "…";
  document.body.hidden = true;
  history.replaceState(null, "", "/");
  location.replace(button.href);
}

if (button) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  document.addEventListener("keyup", (event) => {
    clearTimeout(timer);
    presses = event.key === "Shift" ? presses + 1 : 0;
    if (presses >= 3) leave();
    timer = setTimeout(() => (presses = 0), 3000);
  });
}
