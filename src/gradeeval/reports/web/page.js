"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words;
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  let rest = null;
  const first = rows.length;
  const headings = [...table.tHead.rows[0].cells];
  const form = document.getElementById("filters");
  const search = document.getElementById("search");
  const counted = document.getElementById("counted");
  const more = document.getElementById("more");
  const unfold = document.getElementById("unfold");
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const details = new Map();
  const order = data.details.map((_own, index) => index);
  let limit = data.step;
  let matching = order;
  let texts = null;

  const ADDRESS = /(https?:\/\/[^\s；、，。（）<>"]+)/;

  const plain = (text) => text.normalize("NFKC").toLowerCase();

  /** A row; those after the first ones are built when they are first shown. */
  function rowOf(index) {
    if (!rows[index]) {
      rest ??= document.getElementById("rest").textContent.split("\n").filter((line) => line.startsWith("<tr "));
      const made = document.createElement("template");
      made.innerHTML = rest[index - first];
      const row = (rows[index] = made.content.firstElementChild);
      const button = opener(rows[0]).cloneNode();
      button.value = index;
      button.textContent = row.cells[0].textContent;
      button.setAttribute("aria-expanded", "false");
      button.removeAttribute("aria-controls");
      const { words: titles, of } = data.columns.title;
      const named = { "{number}": button.textContent, "{title}": titles[of[index]] };
      button.setAttribute("aria-label", words.open.replace(/\{number\}|\{title\}/g, (place) => named[place]));
      row.cells[0].replaceChildren(button);
    }
    return rows[index];
  }

  /** Which texts hold a part of what is searched. */
  function holding(part) {
    texts ??= data.texts.map(plain);
    return texts.map((text) => text.includes(part));
  }

  /** Whether one of these texts is said of a row: of its requirement, in its own facts or its steps. */
  function says([requirement, pairs, trace], held) {
    return (
      data.requirements[requirement].some((pair) => held[pair[1]]) ||
      pairs.some((pair) => held[pair[1]]) ||
      trace.some((line) => held[line[0]])
    );
  }

  function element(name, text, kind) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }

  function pairsInto(list, pairs) {
    for (const [label, said_, linked] of pairs) {
      const text = data.texts[said_];
      list.append(element("dt", data.texts[label]));
      const said = element("dd");
      for (const part of linked ? text.split(ADDRESS) : [text]) {
        if (linked && /^https?:/.test(part)) {
          const link = element("a", part);
          link.href = part;
          link.rel = "noopener noreferrer";
          said.append(link);
        } else {
          said.append(part);
        }
      }
      list.append(said);
    }
  }

  /** How many columns are shown: narrow pages leave some to the unfolded part. */
  const columns = () => headings.filter((heading) => heading.offsetWidth).length || headings.length;

  /** The unfolded part of a row; made when it is first asked for. */
  function detail(index) {
    let made = details.get(index);
    if (!made) {
      const [requirement, pairs, trace] = data.details[index];
      made = element("tr", undefined, "detail");
      made.id = "detail-" + index;
      const cell = element("td");
      const list = element("dl", undefined, "facts");
      pairsInto(list, data.requirements[requirement]);
      pairsInto(list, pairs);
      cell.append(list);
      if (trace.length) {
        cell.append(element("strong", words.trace));
        const steps = element("ol");
        for (const [line, indent] of trace) steps.append(element("li", data.texts[line], indent < 0 ? "head" : "in" + indent));
        cell.append(steps);
      }
      made.append(cell);
      details.set(index, made);
    }
    made.cells[0].colSpan = columns();
    return made;
  }

  const opener = (row) => row.querySelector("button.open");
  const isOpen = (row) => opener(row).getAttribute("aria-expanded") === "true";

  function setOpen(index, wanted) {
    const row = rowOf(index);
    const button = opener(row);
    if (isOpen(row) === wanted) return;
    button.setAttribute("aria-expanded", String(wanted));
    if (wanted) {
      const part = detail(index);
      button.setAttribute("aria-controls", part.id);
      row.after(part);
    } else {
      button.removeAttribute("aria-controls");
      details.get(index).remove();
    }
  }

  function show(upTo) {
    const shown = [];
    for (const index of matching.slice(0, upTo)) {
      const row = rowOf(index);
      shown.push(row);
      if (isOpen(row)) shown.push(detail(index));
    }
    if (shown.length !== body.rows.length || shown.some((row, place) => row !== body.rows[place])) body.replaceChildren(...shown);
    const count = Math.min(upTo, matching.length);
    counted.textContent = words.counted
      .replace("{shown}", count.toLocaleString())
      .replace("{matching}", matching.length.toLocaleString())
      .replace("{total}", order.length.toLocaleString());
    more.hidden = count >= matching.length;
    unfold.hidden = count === 0;
    unfold.textContent = matching.slice(0, upTo).every((index) => isOpen(rowOf(index))) ? words.fold : words.unfold;
  }

  function filter() {
    const wanted = [];
    for (const choice of form.querySelectorAll("select")) {
      if (choice.value !== "") wanted.push([data.facets[choice.name], Number(choice.value)]);
    }
    const parts = plain(search.value).split(/\s+/).filter(Boolean).map(holding);
    matching = order.filter(
      (index) =>
        wanted.every(([facet, value]) => (Array.isArray(facet[index]) ? facet[index].includes(value) : facet[index] === value)) &&
        parts.every((held) => says(data.details[index], held)),
    );
    limit = data.step;
    show(limit);
  }

  function sort(heading) {
    const ascending = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of headings) other.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const sign = ascending ? 1 : -1;
    const ranks = data.ranks[heading.dataset.column];
    if (ranks) {
      order.sort((one, other) => sign * (ranks[one] - ranks[other]) || one - other);
    } else {
      const { words: said, of } = data.columns[heading.dataset.column];
      const sorted = said.map((_text, index) => index).sort((one, other) => collator.compare(said[one], said[other]));
      const place = new Map(sorted.map((word, index) => [word, index]));
      order.sort((one, other) => sign * (place.get(of[one]) - place.get(of[other])) || one - other);
    }
    filter();
  }

  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    filter();
  });
  form.addEventListener("reset", () => setTimeout(filter, 0));
  more.addEventListener("click", () => {
    limit += data.step;
    show(limit);
  });
  unfold.addEventListener("click", () => {
    const shown = matching.slice(0, limit);
    const wanted = !shown.every((index) => isOpen(rowOf(index)));
    for (const index of shown) setOpen(index, wanted);
    show(limit);
  });
  table.addEventListener("click", (event) => {
    const heading = event.target.closest("th[aria-sort]");
    if (heading) return sort(heading);
    const button = event.target.closest("button.open");
    if (button) setOpen(Number(button.value), !isOpen(rowOf(Number(button.value))));
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-search], a[data-outcome]");
    if (!link) return;
    form.reset();
    search.value = link.dataset.search ?? "";
    if (link.dataset.outcome) form.elements.outcome.value = link.dataset.outcome;
    filter();
  });
  addEventListener("resize", () => {
    for (const part of body.querySelectorAll("tr.detail")) part.cells[0].colSpan = columns();
  });
  addEventListener("beforeprint", () => show(matching.length));
  addEventListener("afterprint", () => show(limit));

  /** A link to one finding opens it. */
  function goTo() {
    const index = /^#r\d+$/.test(location.hash) ? Number(location.hash.slice(2)) : -1;
    if (index < 0 || index >= order.length) return;
    const row = rowOf(index);
    if (!row.isConnected) {
      form.reset();
      filter();
      if (!row.isConnected) show((limit = Math.ceil((order.indexOf(index) + 1) / data.step) * data.step));
    }
    setOpen(index, true);
    row.scrollIntoView();
  }
  addEventListener("hashchange", goTo);

  show(limit);
  goTo();
  (window.requestIdleCallback ?? setTimeout)(() => holding(""));
})();
