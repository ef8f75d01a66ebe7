// A combobox over the unit picker: types a part of a name, chooses with arrows or touch, sends the unit's code.
// Without this file the field takes a code.
let pickers = 0;

export function startPicker(picker) {
  picker.dataset.started = "";
  const sent = picker.querySelector("input");
  const number = ++pickers;
  const text = sent.cloneNode();
  text.removeAttribute("name");
  text.value = sent.dataset.text || sent.value;
  sent.removeAttribute("id");
  sent.type = "hidden";
  const list = document.createElement("ul");
  list.className = "picker-list";
  list.id = `picker-list-${number}`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", picker.querySelector("label").textContent.trim());
  const status = document.createElement("p");
  status.className = "hidden";
  status.setAttribute("role", "status");
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]])
    text.setAttribute(name, value);
  sent.before(text);
  picker.append(list, status);

  let active = -1;
  let timer = 0;
  let asked = 0;
  const options = () => [...list.querySelectorAll("[role=option]")];

  function close() {
    list.hidden = true;
    active = -1;
    text.setAttribute("aria-expanded", "false");
    text.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    const found = options();
    if (!found.length) return;
    active = (index + found.length) % found.length;
    found.forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
    found[active].scrollIntoView({ block: "nearest" });
    text.setAttribute("aria-activedescendant", found[active].id);
  }

  function choose(option) {
    sent.value = option.dataset.code;
    text.value = option.dataset.name;
    close();
    sent.dispatchEvent(new Event("change", { bubbles: true }));
    if ("submit" in picker.dataset) sent.form.requestSubmit();
  }

  async function ask() {
    const mine = ++asked;
    const query = text.value.trim();
    if (!query) return close();
    const address = new URL(picker.dataset.source, location.href);
    for (const [name, value] of [["q", query], ["scope", picker.dataset.scope], ["near", picker.dataset.near], ["format", "json"]])
      if (value) address.searchParams.set(name, value);
    let units = [];
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok) return close();
      const body = await answer.json();
      units = body.units;
    } catch {
      return close();
    }
    if (mine === asked) show(units);
  }

  function show(units) {
    list.textContent = "";
    list.append(...units.map((unit, index) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.code = unit.code;
      option.dataset.name = unit.name;
      const name = document.createElement("span");
      name.textContent = unit.name;
      const above = document.createElement("small");
      above.textContent = [...unit.ancestors.map((each) => each.name || each), unit.code].join(" › ");
      option.append(name, above);
      return option;
    }));
    status.textContent = units.length ? String(units.length) : picker.dataset.none;
    active = -1;
    list.hidden = !units.length;
    text.setAttribute("aria-expanded", String(units.length > 0));
  }

  text.addEventListener("input", () => {
    sent.value = text.value.trim();
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && list.hidden) ask();
    else if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active - 1);
    else if (event.key === "Enter" && !list.hidden && active >= 0) choose(options()[active]);
    else if (event.key === "Escape" && !list.hidden) close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
  text.addEventListener("blur", () => setTimeout(close, 150));
}
