// A survey on one page: questions of branches not taken are hidden, and what was filled in stays on the device until it arrives.
const form = document.querySelector("form[data-survey]");
const arrived = document.querySelector("[data-answered]");
const key = (pk) => `survey-${pk}`;

function given(name) {
  const fields = [...document.querySelectorAll(`[name="${name}"]`)];
  return fields.filter((field) => field.checked).map((field) => field.value);
}

function showBranches() {
  for (const question of document.querySelectorAll("[data-if]")) {
    const before = document.querySelector(`[data-question="${question.dataset.if.slice(1)}"]`);
    const wanted = question.dataset.values.split(" ");
    question.hidden = Boolean(before && before.hidden) || !given(question.dataset.if).some((value) => wanted.includes(value));
  }
}

function keepDraft() {
  const pairs = [...new FormData(form)].filter(([name]) => name.startsWith("q"));
  localStorage.setItem(key(form.dataset.survey), JSON.stringify(pairs));
}

function takeDraft() {
  const pairs = JSON.parse(localStorage.getItem(key(form.dataset.survey)) || "[]");
  for (const [name, value] of pairs) {
    for (const field of form.querySelectorAll(`[name="${name}"]`)) {
      if (field.type === "radio" || field.type === "checkbox") field.checked = field.checked || field.value === value;
      else field.value = value;
    }
  }
}

if (arrived) localStorage.removeItem(key(arrived.dataset.answered));
if (form) {
  takeDraft();
  form.addEventListener("input", keepDraft);
}
document.addEventListener("change", showBranches);
showBranches();
