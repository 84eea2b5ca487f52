"use strict";

// The whole page is one function of the last state that the server told. What is already there is changed in its place,
// so that nobody loses the place where they read.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const SVG = "http://www.w3.org/2000/svg";
const RESOLUTIONS_DPI = [72, 96, 144, 192, 288];
const SCREEN_DPI = 96;
const MM_PER_INCH = 25.4;
const NEAR_PX = 1200;
const FRESH_MS = 4000;

const pages = one("#pages");
const sheets = new Map(); // by the name of a page: its figure, what it shows, and its lines
let state = null;
let current = 0;
let fresh = 0;
let changeAt = -1;
let noteAt = -1;

function make(tag, facts = {}, ...kids) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(facts)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...kids);
  return element;
}

function drawn(tag, facts) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(facts)) element.setAttribute(name, value);
  return element;
}

const rectangle = (kind, [x, y, width, height]) => drawn("rect", { class: kind, x, y, width, height });

const SAID_MS = 8000; // as long as it takes to read two lines

let saying = 0;

function say(words) {
  one("#status").textContent = words;
  clearTimeout(saying);
  saying = setTimeout(() => (one("#status").textContent = ""), SAID_MS);
}

async function post(name, data = {}) {
  const answer = await fetch(name, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(data),
  });
  const told = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  return { ok: answer.ok, words: told.words || (answer.ok ? "" : "It could not be done."), changed: told.changed };
}

const ask = async (name) => (await fetch(name)).json().catch(() => null);

// ---- what the server tells ----

function listen() {
  const events = new EventSource("events");
  events.onmessage = (event) => show(JSON.parse(event.data));
  events.onerror = () => {
    one("#doing").textContent = "The preview was stopped. Start it again, and open its new address.";
  };
}

function show(next) {
  const before = state;
  state = next;
  const isOther = !before || JSON.stringify(before.choice) !== JSON.stringify(next.choice);
  showChoices();
  showDoing();
  if (!before || before.version !== next.version) showPages(isOther || !before.version);
  if (!before || JSON.stringify(before.notes) !== JSON.stringify(next.notes)) showFindings(before);
  if (before && before.version !== next.version) {
    if (!one("#calls").hidden) showCalls();
    if (!one("#heard").hidden) showHeard();
  }
}

function showChoices() {
  for (const [id, name] of [["edition", "editions"], ["title", "titles"], ["form", "forms"]]) {
    const select = one(`#${id}`);
    const wanted = JSON.stringify(state.options[name]);
    if (select.dataset.options !== wanted) {
      select.dataset.options = wanted;
      select.replaceChildren(
        ...state.options[name].map((row) => make("option", { value: row.value }, row.words)),
      );
    }
    if (document.activeElement !== select) select.value = state.choice[id];
  }
  one("#automatic").checked = state.automatic;
}

function showDoing() {
  const words = state.behind
    ? "Something was saved. Refresh shows it."
    : { making: "Making the pages …", examining: "Looking for faults …", resting: "" }[state.doing];
  const errors = state.notes.filter((note) => note.error).length;
  const warnings = state.notes.length - errors;
  one("#doing").textContent = words || `${counted(errors, "error")}, ${counted(warnings, "warning")}`;
  const kept = one("#kept");
  const first = state.notes.find((note) => note.error);
  const isKept = state.kept && state.doing === "resting";
  if (isKept && kept.hidden) {
    kept.textContent = `${state.pages.length ? "These are the pages before the fault" : "No page can be made"}: ${first ? first.found : "see the findings."}`;
  }
  if (state.doing === "resting" || state.doing === "examining") {
    kept.hidden = !isKept;
    document.body.classList.toggle("kept", isKept);
  }
}

const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

// ---- pages ----

function showPages(isOther) {
  const anchor = isOther ? null : firstInSight();
  const top = anchor && anchor.figure.getBoundingClientRect().top;
  const focused = document.activeElement;
  const names = state.pages.map((page) => page.name);
  for (const [name, sheet] of sheets) {
    if (!names.includes(name)) {
      watcher.unobserve(sheet.figure);
      sheets.delete(name);
    }
  }
  const lists = state.files.map(() => []);
  state.pages.forEach((page, index) => {
    const sheet = sheets.get(page.name) || newSheet(page.name);
    sheets.set(page.name, sheet);
    setSheet(sheet, page, index);
    lists[page.file].push(sheet.item);
  });
  const order = JSON.stringify([names, state.files]);
  if (pages.dataset.order !== order) {
    pages.dataset.order = order;
    pages.replaceChildren(
      ...lists.flatMap((items, index) => [
        make("h2", {}, state.files[index].name),
        make("ol", { class: `sheets${items.length > 2 ? " stitched" : ""}` }, ...items),
      ]),
    );
    if (focused && focused !== document.activeElement && document.contains(focused)) focused.focus({ preventScroll: true });
  }
  fit();
  if (isOther) {
    pages.scrollTop = 0;
    current = 0;
  } else if (anchor && document.contains(anchor.figure)) {
    scrollPages(anchor.figure.getBoundingClientRect().top - top);
  }
  changeAt = -1;
  const changed = state.pages.filter((page) => page.changes.length);
  if (!isOther && changed.length) {
    document.body.classList.add("fresh");
    clearTimeout(fresh);
    fresh = setTimeout(() => document.body.classList.remove("fresh"), FRESH_MS);
    if (!changed.some((page) => page.changes.some((box) => isInSight(page, box)))) goToChange(1);
    say(`Changed: ${changed.slice(0, 4).map((page) => page.words).join("; ")}${changed.length > 4 ? " and more" : ""}.`);
  }
  painted(state.version);
}

function newSheet(name) {
  const image = make("img", { alt: "", decoding: "async" });
  const over = drawn("svg", { "aria-hidden": "true" });
  const button = make("button", { type: "button", class: "page", onclick: (event) => clicked(name, event) }, image, over);
  const caption = make("figcaption");
  const figure = make("figure", {}, button, caption);
  const item = make("li", {}, figure);
  figure.dataset.name = name;
  watcher.observe(figure);
  return { item, figure, button, image, over, caption, picture: "", folder: "", dpi: 0, near: false, frames: [] };
}

function setSheet(sheet, page, index) {
  const [width, height] = page.size;
  sheet.page = page;
  sheet.index = index;
  sheet.figure.style.setProperty("--w", width);
  sheet.figure.style.setProperty("--h", height);
  sheet.caption.textContent = page.words;
  sheet.button.setAttribute("aria-label", `${page.words}: show its source lines`);
  sheet.over.setAttribute("viewBox", `0 0 ${width} ${height}`);
  overlay(sheet);
  if (sheet.near) load(sheet);
}

function overlay(sheet) {
  const { page } = sheet;
  const [width, height] = page.size;
  const [x, y, w, h] = page.trim;
  const marks = [];
  let lines = "";
  for (let at = 5; at < w; at += 5) lines += `M${x + at} ${y}v${h}`;
  for (let at = 5; at < h; at += 5) lines += `M${x} ${y + at}h${w}`;
  marks.push(drawn("path", { class: "grid", d: lines }));
  if (page.bleed) {
    const outer = `M0 0h${width}v${height}h${-width}z`;
    marks.push(drawn("path", { class: "bleed", "fill-rule": "evenodd", d: `${outer}M${x} ${y}h${w}v${h}h${-w}z` }));
  }
  if (page.bleed) marks.push(rectangle("bleed bleed-edge", page.bleed));
  if (page.safe) marks.push(rectangle("safe", page.safe));
  marks.push(rectangle("trim", page.trim));
  for (const box of page.changes) {
    marks.push(rectangle("change", box), rectangle("change-bar", [1, box[1] - 0.5, 1.5, box[3] + 1]));
  }
  marks.push(...sheet.frames.map((box) => rectangle("frame", box)));
  sheet.over.replaceChildren(...marks);
}

// The picture is swapped once the new one can be drawn, so that nothing flickers.
async function load(sheet) {
  const wanted = (sheet.figure.clientWidth * devicePixelRatio * MM_PER_INCH) / sheet.page.size[0];
  const dpi = RESOLUTIONS_DPI.find((each) => each >= wanted * 0.95) || RESOLUTIONS_DPI.at(-1);
  const { picture } = sheet.page;
  const folder = document.body.classList.contains("view-blur") ? "blurred" : "pictures";
  if (sheet.picture === picture && sheet.folder === folder && sheet.dpi >= dpi) return;
  const next = new Image();
  next.src = `${folder}/${picture}/${dpi}.png`;
  sheet.loading = next.decode().then(
    () => {
      if (sheet.page.picture !== picture) return;
      sheet.image.src = next.src;
      Object.assign(sheet, { picture, folder, dpi });
    },
    () => {},
  );
  await sheet.loading;
}

function loadNear() {
  for (const sheet of sheets.values()) if (sheet.near) load(sheet);
}

// For whoever measures: the newest version of which all that is in sight is on the screen, and since when.
async function painted(version) {
  const { top, bottom } = sight();
  const isSeen = ({ top: above, bottom: below }) => above < bottom && below > top;
  await Promise.all([...sheets.values()].filter((each) => isSeen(each.figure.getBoundingClientRect())).map(load));
  await new Promise(requestAnimationFrame);
  if (version && state.version === version) Object.assign(document.body.dataset, { painted: version, paintedAt: Date.now() });
}

const watcher = new IntersectionObserver(
  (rows) => {
    for (const row of rows) {
      const sheet = sheets.get(row.target.dataset.name);
      if (!sheet) continue;
      sheet.near = row.isIntersecting;
      if (sheet.near) load(sheet);
    }
  },
  { rootMargin: `${NEAR_PX}px` },
);

// In a narrow window everything stands in one column, and the window scrolls.
const isOneColumn = () => getComputedStyle(pages).overflowY === "visible";

function sight() {
  const box = pages.getBoundingClientRect();
  return { top: Math.max(0, box.top), bottom: Math.min(innerHeight, box.bottom) };
}

function firstInSight() {
  const { top } = sight();
  return [...sheets.values()].sort((a, b) => a.index - b.index).find((sheet) => sheet.figure.getBoundingClientRect().bottom > top + 20) || null;
}

function isInSight(page, [, y, , height]) {
  const sheet = sheets.get(page.name);
  const box = sheet.button.getBoundingClientRect();
  const perMm = box.height / page.size[1];
  const { top, bottom } = sight();
  return box.top + y * perMm < bottom - 8 && box.top + (y + height) * perMm > top + 8;
}

function fit() {
  const zoom = one("#zoom").value;
  const isSpread = one("#spread").checked;
  const sizes = state ? state.pages.map((page) => page.size) : [];
  if (!sizes.length) return;
  const width = Math.max(...sizes.map((size) => size[0])) * (isSpread ? 2 : 1);
  const height = Math.max(...sizes.map((size) => size[1]));
  const { top, bottom } = sight();
  const across = (pages.clientWidth - 40) / width;
  const down = Math.max(200, Math.min(bottom - top, innerHeight) - 76) / height;
  const whole = isOneColumn() ? across : Math.min(across, down);
  const chosen = { page: whole, width: across }[zoom] || (Number(zoom) * SCREEN_DPI) / MM_PER_INCH;
  document.documentElement.style.setProperty("--mm", `${chosen}px`);
  pages.classList.toggle("spread", isSpread);
}

function refit() {
  const anchor = firstInSight();
  fit();
  if (anchor) anchor.item.scrollIntoView({ block: "start" });
  loadNear();
}

function goTo(index, box) {
  const sheet = [...sheets.values()].find((each) => each.index === index);
  if (!sheet) return;
  current = index;
  if (!box) {
    sheet.item.scrollIntoView({ block: "start" });
    return;
  }
  const at = sheet.button.getBoundingClientRect();
  const { top, bottom } = sight();
  const middle = at.top + ((box[1] + box[3] / 2) * at.height) / sheet.page.size[1];
  const by = middle - (top + (bottom - top) / 2);
  scrollPages(by);
}

function scrollPages(by) {
  if (isOneColumn()) scrollBy(0, by);
  else pages.scrollTop += by;
}

function frame(spots) {
  for (const sheet of sheets.values()) {
    const boxes = spots.filter((spot) => spot.page === sheet.index && spot.box).map((spot) => spot.box);
    if (boxes.length || sheet.frames.length) {
      sheet.frames = boxes;
      overlay(sheet);
    }
  }
}

function goToPage(step) {
  const here = firstInSight();
  const from = here && here.figure.getBoundingClientRect().top < sight().top - 20 && step < 0 ? here.index + 1 : here ? here.index : 0;
  const index = Math.min(Math.max(from + step, 0), state.pages.length - 1);
  goTo(index);
  [...sheets.values()].find((sheet) => sheet.index === index)?.button.focus({ preventScroll: true });
}

function goToChange(step) {
  const changes = state.pages.flatMap((page, index) => page.changes.map((box) => ({ index, box })));
  if (!changes.length) return say("Nothing has changed since the pages before.");
  changeAt = (changeAt + step + changes.length) % changes.length;
  const { index, box } = changes[changeAt];
  goTo(index, box);
  say(`Change ${changeAt + 1} of ${changes.length}: ${state.pages[index].words}.`);
}

// ---- source lines ----

async function clicked(name, event) {
  const sheet = sheets.get(name);
  current = sheet.index;
  const found = await ask(`lines/${sheet.index}`);
  let here = null;
  if (event.detail && found) {
    const box = sheet.button.getBoundingClientRect();
    const perMm = box.width / sheet.page.size[0];
    const [x, y] = [(event.clientX - box.left) / perMm, (event.clientY - box.top) / perMm];
    const distance = ([left, top, w, h]) =>
      Math.hypot(Math.max(left - x, 0, x - left - w), Math.max(top - y, 0, y - top - h)) + (w * h) / 1e6;
    here = found.toSorted((a, b) => distance(a.box_mm) - distance(b.box_mm))[0];
  }
  showLines(sheet, found || [], here);
}

function showLines(sheet, found, here) {
  const row = (line) =>
    make(
      "li",
      { class: line === here ? "here" : "" },
      make("p", {}, line.words),
      make(
        "p",
        { class: "does" },
        placeButton(line.file, line.line, () => frame([{ page: sheet.index, box: line.box_mm }])),
        ...openButtons(line.file, line.line),
      ),
    );
  const rest = found.filter((line) => line !== here);
  one("#lines").replaceChildren(
    ...(here ? [make("h2", {}, "Here"), make("ul", {}, row(here))] : []),
    make("h2", {}, `Lines of ${sheet.page.words}`),
    found.length
      ? make("ul", {}, ...rest.map(row))
      : make("p", {}, "No line of the sources is known for this page."),
  );
  if (here) {
    frame([{ page: sheet.index, box: here.box_mm }]);
    say(`${here.file}, line ${here.line}`);
  }
  select("lines", !here);
}

const placeButton = (file, line, action) =>
  make("button", { type: "button", class: "place", onclick: action }, line ? `${file}:${line}` : file);

function openButtons(file, line) {
  if (!file.startsWith("chapters/")) return [];
  if (state.editor) {
    const open = async () => say((await post("open", { file, line: String(Math.max(1, line)) })).words);
    return [make("button", { type: "button", "aria-label": `Open ${file}, line ${line}`, onclick: open }, "Open")];
  }
  const copy = async () => {
    await navigator.clipboard.writeText(line ? `${file}:${line}` : file).catch(() => {});
    say("Copied.");
  };
  return [make("button", { type: "button", "aria-label": `Copy ${file}, line ${line}`, onclick: copy }, "Copy")];
}

// ---- findings ----

function showFindings(before) {
  const panel = one("#findings");
  const had = panel.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const open = all("details[open]", panel).map((each) => each.dataset.code);
  const errors = state.notes.filter((note) => note.error);
  const fresh = state.notes.filter((note) => !note.error && note.new);
  const warnings = state.notes.filter((note) => !note.error && !note.new);
  const codes = Map.groupBy(warnings, (note) => note.code);
  panel.replaceChildren(
    make("h2", {}, errors.length ? `Errors (${errors.length})` : "No errors"),
    make("ul", {}, ...errors.map(noteItem)),
    ...(fresh.length ? [make("h2", {}, `New warnings (${fresh.length})`), make("ul", {}, ...fresh.map(noteItem))] : []),
    make("h2", {}, warnings.length ? `Warnings (${warnings.length})` : "No warnings"),
    ...[...codes].map(([code, rows]) =>
      make(
        "details",
        { open: open.includes(code), "data-code": code },
        make("summary", {}, `${code}: ${rows[0].means} (${rows.length})`),
        make("ul", {}, ...rows.map(noteItem)),
      ),
    ),
  );
  if (had) (all("[data-key]", panel).find((each) => each.dataset.key === had) || one("#tab-findings")).focus();
  if (before && errors.length) say(`${counted(errors.length, "error")}. ${errors[0].found}`);
  noteAt = -1;
}

function noteItem(note) {
  const buttons = [
    placeButton(note.file, note.line, () => goToNote(note)),
    ...openButtons(note.file, note.line),
    ...(note.where
      ? [make("button", { type: "button", "aria-label": `Answer for ${note.code}`, onclick: () => openWaiver(note) }, "Answer for it")]
      : []),
  ];
  buttons.forEach((button, index) => (button.dataset.key = `${note.code} ${note.file} ${note.line} ${index}`));
  return make(
    "li",
    { class: note.error ? "error" : "" },
    make("p", {}, make("span", { class: "kind" }, `${note.error ? "Error" : "Warning"} ${note.code}: `), note.found),
    make("p", { class: "expected" }, `Expected: ${note.expected}`),
    make("p", { class: "does" }, ...buttons),
  );
}

async function goToNote(note) {
  let spots = note.spots;
  if (!spots.length && note.line) {
    const found = await ask(`place?${new URLSearchParams({ file: note.file, line: note.line })}`);
    spots = found ? [{ page: found.page, box: found.box_mm }] : [];
  }
  if (!spots.length) return say("It stands on no page.");
  frame(spots);
  goTo(spots[0].page, spots[0].box);
  say(`${state.pages[spots[0].page]?.words || ""}`);
}

function nextNote() {
  if (!state.notes.length) return say("Nothing is found.");
  noteAt = (noteAt + 1) % state.notes.length;
  select("findings");
  const button = all("#findings .place")[noteAt];
  button.closest("details")?.setAttribute("open", "");
  button.focus();
  goToNote(state.notes.toSorted(inOrder)[noteAt]);
}

const rank = (note) => (note.error ? 0 : note.new ? 1 : 2);
const codesInOrder = () => [...new Set(state.notes.filter((note) => rank(note) === 2).map((note) => note.code))];
const inOrder = (a, b) =>
  rank(a) - rank(b) || (rank(a) === 2 ? codesInOrder().indexOf(a.code) - codesInOrder().indexOf(b.code) : 0);

// ---- what is heard ----

function showHeard() {
  const page = state.pages[current];
  const file = page ? page.file : 0;
  if (!state.files[file]?.tagged) {
    one("#heard").replaceChildren(make("p", {}, "Only the formats for a screen are heard: screen and large-print."));
    return;
  }
  const first = state.pages.findIndex((each) => each.file === file);
  const frame = one("#heard iframe") || make("iframe", { title: "What is heard" });
  frame.src = `heard/${file}?version=${state.version}#page-${current - first}`;
  if (!frame.isConnected) one("#heard").replaceChildren(frame);
}

// ---- tabs ----

function select(name, focus = false) {
  for (const tab of all("[role=tab]")) {
    const isChosen = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", isChosen);
    tab.tabIndex = isChosen ? 0 : -1;
    one(`#${tab.getAttribute("aria-controls")}`).hidden = !isChosen;
    if (isChosen && focus) one(`#${name}`).focus({ preventScroll: true });
  }
  if (name === "heard") showHeard();
  if (name === "calls") showCalls();
  if (name === "chapters") showChapters();
}

// ---- forms ----

async function showCalls() {
  const panel = one("#calls");
  const everything = one("#calls-all")?.checked ? 1 : 0;
  const list = await ask(`calls?all=${everything}`);
  if (!list) return;
  askWherePrinted();
  const open = all("details[open]", panel).map((each) => each.dataset.id);
  const had = panel.contains(document.activeElement) ? document.activeElement.id : "";
  panel.replaceChildren(
    make("h2", {}, `To ring (${list.rows.length})`),
    make("label", { class: "tick" }, make("input", { type: "checkbox", id: "calls-all", onchange: showCalls }), "Also those confirmed of late"),
    make("div", { class: "script" }, make("p", { class: "kind" }, "What to say"), ...list.script.map((words) => make("p", {}, words))),
    ...list.rows.map((row) => callCard(row, list.today, open.includes(row.id))),
  );
  one("#calls-all").checked = Boolean(everything);
  if (had) document.getElementById(had)?.focus();
}

// Where entries are printed takes longer to find out than whom to ring, so it is asked for by itself, once at a time.
let printed = null; // by the id of an entry; null while nobody knows
let isAsking = false;
let isAskedAgain = false;

async function askWherePrinted() {
  if (state.kept) return; // of faulty sources it cannot be told
  if (isAsking) {
    isAskedAgain = true;
    return;
  }
  isAsking = true;
  printed = (await ask("printed")) || printed;
  isAsking = false;
  for (const each of all("[data-printed]")) each.textContent = wherePrinted(each.dataset.printed);
  if (isAskedAgain) {
    isAskedAgain = false;
    if (!one("#calls").hidden) askWherePrinted();
  }
}

function wherePrinted(id) {
  if (!printed) return isAsking ? "is being looked up ..." : "is not known now";
  return printed[id] || "nowhere";
}

function callFacts(row) {
  const facts = [["Ring", row.by], ["Hours", row.hours + (row.clock ? ` (${row.clock})` : "")], ["Why", row.reason]];
  return [
    make(
      "dl",
      { class: "facts" },
      ...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]),
      make("dt", {}, "Printed"),
      make("dd", { "data-printed": row.id }, wherePrinted(row.id)),
    ),
    make("p", { class: "kind" }, "We say"),
    make("ul", { class: "says" }, ...row.says.map((words) => make("li", {}, words))),
  ];
}

function callCard(row, today, isOpen) {
  return make(
    "details",
    { class: "card", "data-id": row.id, open: isOpen },
    make("summary", {}, row.name, ...(row.urgent ? [make("span", { class: "crisis" }, " (people ring it in a crisis)")] : [])),
    ...callFacts(row),
    make(
      "p",
      { class: "does" },
      make("button", { type: "button", id: `ring-${row.id}`, "aria-label": `Write down a call to ${row.name}`, onclick: () => openCall(row, today) }, "Write down a call"),
      placeButton(row.place.file, row.place.line, () => goToNote({ spots: [], ...row.place })),
    ),
  );
}

let sending = null; // what the open form sends besides its own fields, and what is done when it was written

function openForm(name, facts, kids, reopened) {
  const dialog = one(`#${name}`);
  sending = { name, facts, reopened };
  one(`#${name}-facts`).replaceChildren(...kids);
  one(".answer", dialog).textContent = "";
  if (!dialog.open) dialog.showModal();
  return dialog;
}

function openCall(row, today) {
  const dialog = openForm("call", { id: row.id, seen: row.seen }, [make("h3", {}, row.name), ...callFacts(row)], async () => {
    const list = await ask("calls?all=1");
    const now = list?.rows.find((each) => each.id === row.id);
    if (now) openCall(now, list.today);
    return Boolean(now);
  });
  const form = one("form", dialog);
  if (form.dataset.id !== row.id) {
    const by = form.elements.by.value;
    form.reset();
    form.elements.by.value = by;
    form.elements.day.value = today;
    form.dataset.id = row.id;
  }
  form.elements.day.max = today;
}

async function showChapters() {
  const panel = one("#chapters");
  const had = panel.contains(document.activeElement) ? document.activeElement.id : "";
  if (!panel.childElementCount) panel.replaceChildren(make("p", {}, "The chapters are read in all editions."));
  const list = await ask("chapters");
  if (!list) return;
  const open = all("details[open]", panel).map((each) => each.dataset.id);
  const left = list.rows.filter((row) => !row.holds).length;
  panel.replaceChildren(
    make("h2", {}, left ? `To sign off (${left} of ${list.rows.length})` : "All chapters are signed off"),
    ...(list.reviewer ? [make("p", {}, `To be read by ${list.reviewer}. The title above the pages says of which booklet.`)] : []),
    ...list.rows.map((row) => chapterCard(row, list.today, open.includes(row.id))),
  );
  if (had) document.getElementById(had)?.focus();
}

function chapterFacts(row) {
  return [
    make("p", {}, `To be read: ${row.read}.`),
    row.signatures.length
      ? make("ul", { class: "says" }, ...row.signatures.map((words) => make("li", {}, words)))
      : make("p", {}, "Nobody has signed it off."),
  ];
}

function chapterCard(row, today, isOpen) {
  return make(
    "details",
    { class: "card", "data-id": row.id, open: isOpen },
    make("summary", {}, row.title, row.holds ? " (signed off)" : ""),
    ...chapterFacts(row),
    make(
      "p",
      { class: "does" },
      make("button", { type: "button", "aria-label": `Read ${row.title}`, onclick: () => goToNote({ spots: [], ...row.place }) }, "Read it"),
      make("button", { type: "button", id: `sign-${row.id}`, "aria-label": `Sign off ${row.title}`, onclick: () => openSignoff(row, today) }, "Sign off"),
    ),
  );
}

function openSignoff(row, today) {
  const dialog = openForm("signoff", { id: row.id, seen: row.seen }, [make("h3", {}, row.title), ...chapterFacts(row)], async () => {
    const list = await ask("chapters");
    const now = list?.rows.find((each) => each.id === row.id);
    if (now) openSignoff(now, list.today);
    return Boolean(now);
  });
  const form = one("form", dialog);
  form.elements.day.value ||= today;
  form.elements.day.max = today;
}

async function openWaiver(note) {
  const { seen } = (await ask("waivers")) || {};
  const dialog = openForm(
    "waiver",
    { code: note.code, seen },
    [make("p", {}, make("span", { class: "kind" }, `${note.code}: `), note.found)],
    async () => {
      sending.facts.seen = (await ask("waivers"))?.seen;
      return true;
    },
  );
  const form = one("form", dialog);
  form.elements.reason.value = "";
  const choices = [[note.where, `anywhere in ${note.where}`], ...(note.line ? [[`${note.file}:${note.line}`, `in line ${note.line} alone`]] : [])];
  one("#waiver-where").replaceChildren(
    make("legend", {}, "Where may it stand?"),
    ...choices.map(([value, words], index) =>
      make("label", { class: "tick" }, make("input", { type: "radio", name: "where", value, checked: !index }), words),
    ),
  );
}

async function send(event) {
  event.preventDefault();
  const form = event.target;
  const answer = await post(sending.name, { ...Object.fromEntries(new FormData(form)), ...sending.facts });
  if (answer.ok) {
    form.closest("dialog").close();
    form.dataset.id = "";
    say(answer.words);
    if (sending.name === "call") showCalls();
    if (sending.name === "signoff") showChapters();
    return;
  }
  if (answer.changed) await sending.reopened();
  one(".answer", form).textContent = answer.words;
}

// ---- keys and buttons ----

const KEYS = {
  r: () => post("refresh"),
  j: () => goToPage(1),
  k: () => goToPage(-1),
  c: () => goToChange(1),
  n: nextNote,
  l: () => clicked(state.pages[(firstInSight() || { index: 0 }).index].name, { detail: 0 }),
  s: () => one("#spread").click(),
};

function pressed(event) {
  if (event.key === "Escape" && !one("dialog[open]")) {
    frame([]);
    document.body.classList.remove("fresh");
    for (const menu of all(".menu[open]")) {
      if (menu.contains(document.activeElement)) one("summary", menu).focus();
      menu.open = false;
    }
  }
  const isTyping = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog");
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping || !one("#single-keys").checked) return;
  const action = KEYS[event.key.toLowerCase()];
  if (action && state?.pages.length) {
    event.preventDefault();
    action();
  }
}

function tabPressed(event) {
  const tabs = all("[role=tab]");
  const at = tabs.indexOf(document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const tab = tabs[(to + tabs.length) % tabs.length];
  select(tab.getAttribute("aria-controls"));
  tab.focus();
}

function kept(input, key) {
  const value = localStorage.getItem(key);
  if (input.type === "checkbox") input.checked = value === null ? input.checked : value === "on";
  else if (value !== null && all("option", input).some((option) => option.value === value)) input.value = value;
  input.addEventListener("change", () =>
    localStorage.setItem(key, input.type === "checkbox" ? (input.checked ? "on" : "off") : input.value),
  );
}

function begin() {
  for (const input of all("[data-view]")) {
    const put = () => {
      document.body.classList.toggle(`view-${input.dataset.view}`, input.checked);
      loadNear();
    };
    kept(input, `view-${input.dataset.view}`);
    input.addEventListener("change", put);
    put();
  }
  for (const id of ["zoom", "spread", "single-keys"]) kept(one(`#${id}`), id);
  for (const id of ["edition", "title", "form"]) {
    one(`#${id}`).addEventListener("change", () =>
      post("choose", { edition: one("#edition").value, title: one("#title").value, form: one("#form").value }),
    );
  }
  one("#zoom").addEventListener("change", refit);
  one("#spread").addEventListener("change", refit);
  one("#automatic").addEventListener("change", (event) => post("automatic", { value: event.target.checked ? "on" : "off" }));
  one("#refresh").addEventListener("click", () => post("refresh"));
  for (const tab of all("[role=tab]")) tab.addEventListener("click", () => select(tab.getAttribute("aria-controls")));
  one("[role=tablist]").addEventListener("keydown", tabPressed);
  for (const dialog of all("dialog")) {
    one("form", dialog).addEventListener("submit", send);
    one(".cancel", dialog).addEventListener("click", () => dialog.close());
  }
  document.addEventListener("click", (event) => {
    for (const menu of all(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", pressed);
  addEventListener("resize", refit);
  listen();
}

begin();
