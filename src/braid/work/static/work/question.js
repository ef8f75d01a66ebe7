// Shows of a question, or a check, only what belongs to its kind; without this script all of it is there.
const form = document.querySelector("[data-question]");
const kind = form && form.elements[form.dataset.question];

function show() {
  for (const part of form.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(kind.value);
}

if (kind) {
  kind.addEventListener("change", show);
  show();
}
