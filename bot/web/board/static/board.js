// What the board does when scripts run: times are the reader's own, and the page keeps itself current.
"use strict";

(() => {
  const STREAM = "/events";
  const QUIET_MS = 40_000; // The stream says something every 15 s; after this long it is dead.
  const FRESH_MS = 60_000; // A page that nothing happened to is fetched anew, so that "checked 5 s ago" stays true.
  const FIRST_WAIT_MS = 1_000;
  const LONGEST_WAIT_MS = 60_000;
  const MINUTE = 60;
  const HOUR = 3600;
  const DAY = 86_400;

  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);

  // The server's clock, not the reader's, says how long ago something was.
  let ahead = 0;
  const setClock = (from) => {
    const said = Date.parse(from.documentElement.dataset.now || "");
    if (!Number.isNaN(said)) ahead = Date.now() - said;
  };
  const now = () => Date.now() - ahead;

  // ---- Times

  const units = (seconds) => {
    if (seconds >= DAY) return pair(seconds, DAY, "d", HOUR, "h");
    if (seconds >= HOUR) return pair(seconds, HOUR, "h", MINUTE, "min");
    if (seconds >= MINUTE) return `${Math.floor(seconds / MINUTE)} min`;
    return `${Math.floor(seconds)} s`;
  };
  const pair = (seconds, large, largeWord, small, smallWord) => {
    const rest = Math.floor((seconds % large) / small);
    const head = `${Math.floor(seconds / large)} ${largeWord}`;
    return rest ? `${head} ${rest} ${smallWord}` : head;
  };
  const distance = (at) => {
    const seconds = (now() - at) / 1000;
    return seconds < 0 ? `in ${units(-seconds)}` : `${units(seconds)} ago`;
  };

  const hours = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const dates = { today: {}, year: { day: "numeric", month: "short" }, ever: { day: "numeric", month: "short", year: "numeric" } };
  // To make one of these takes longer than to write a hundred times with it.
  const formats = new Map();
  const format = (span, seconds) => {
    const key = `${span} ${Boolean(seconds)}`;
    const shown = { ...dates[span], ...hours, ...(seconds ? { second: "2-digit" } : {}) };
    if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", shown));
    return formats.get(key);
  };
  const local = (at, seconds) => {
    const [when, today] = [new Date(at), new Date(now())];
    const isThisYear = when.getFullYear() === today.getFullYear();
    const isToday = isThisYear && when.getMonth() === today.getMonth() && when.getDate() === today.getDate();
    return format(isToday ? "today" : isThisYear ? "year" : "ever", seconds).format(when);
  };

  const tellTime = (element) => {
    const at = Date.parse(element.dateTime);
    if (Number.isNaN(at) || "asIs" in element.dataset) return;
    const utc = element.dataset.utc || (element.dataset.utc = new Date(at).toISOString().replace("T", " ").replace(/(:\d\d)?(\.\d+)?Z$/, " UTC"));
    const text = "ago" in element.dataset ? distance(at) : local(at, "seconds" in element.dataset);
    if (element.textContent !== text) element.textContent = text;
    element.title = "ago" in element.dataset ? `${local(at)} · ${utc}` : utc;
  };
  const tellTimes = (within) => within.querySelectorAll("time[datetime]").forEach(tellTime);

  // ---- The page, fetched again

  const keyOf = (element) => element.id || element.dataset.key || element.getAttribute("href") || element.name || "";

  const kept = (main) => ({
    open: new Set([...main.querySelectorAll("details[open]")].map(detailsKey)),
    shut: new Set([...main.querySelectorAll("details:not([open])")].map(detailsKey)),
    typed: new Map([...main.querySelectorAll("input, select, textarea")].map((field) => [keyOf(field), field.value])),
    focus: main.contains(document.activeElement) ? keyOf(document.activeElement) : "",
    caret: document.activeElement.selectionStart ?? null,
    scroll: [...main.querySelectorAll(".scroll")].map((box) => box.scrollLeft),
  });
  const detailsKey = (element) => element.id || element.querySelector("summary").textContent.trim();

  const restore = (main, was) => {
    for (const element of main.querySelectorAll("details")) {
      const key = detailsKey(element);
      if (was.open.has(key)) element.open = true;
      else if (was.shut.has(key)) element.open = false;
    }
    for (const field of main.querySelectorAll("input:not([type=hidden]), select, textarea")) {
      const value = was.typed.get(keyOf(field));
      if (value !== undefined && field.value !== value) field.value = value;
    }
    main.querySelectorAll(".scroll").forEach((box, place) => { box.scrollLeft = was.scroll[place] || 0; });
    if (!was.focus) return;
    const again = [...main.querySelectorAll("a, button, input, select, textarea, summary, [tabindex]")].find((e) => keyOf(e) === was.focus);
    if (!again) return;
    again.focus({ preventScroll: true });
    if (was.caret !== null && again.setSelectionRange) again.setSelectionRange(was.caret, was.caret);
  };

  const announced = (main) => [...main.querySelectorAll("[data-announce]")].map((element) => element.textContent.replace(/\s+/g, " ").trim()).join(" ");

  const swap = (fresh) => {
    const main = byId("main");
    const next = fresh.getElementById("main");
    if (!next) return;
    setClock(fresh);
    const [before, was, place] = [announced(main), kept(main), window.scrollY];
    const rows = new Map([...main.querySelectorAll("[data-key]")].map((row) => [row.dataset.key, row.dataset.state]));
    main.replaceChildren(...next.childNodes);
    tellTimes(main);
    for (const row of main.querySelectorAll("[data-key][data-state]")) {
      if (rows.get(row.dataset.key) !== row.dataset.state) row.classList.add("changed");
    }
    restore(main, was);
    window.scrollTo(window.scrollX, place);
    document.title = fresh.title;
    const made = fresh.getElementById("made");
    if (made) { byId("made").replaceChildren(...made.childNodes); tellTimes(byId("made")); }
    const after = announced(main);
    if (after && after !== before) byId("said").textContent = after;
  };

  const isBusy = () => {
    const chosen = document.getSelection();
    const isSelecting = chosen && !chosen.isCollapsed && byId("main").contains(chosen.anchorNode);
    return isSelecting || Boolean(byId("main").querySelector("form[data-busy]"));
  };

  let fetchedAt = Date.now();
  let fetching = false;
  let wanted = false;

  const renew = async () => {
    if (fetching || isBusy()) { wanted = true; return; }
    [fetching, wanted] = [true, false];
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store", credentials: "same-origin" });
      if (answer.redirected || answer.status === 401 || answer.status === 403) {
        lost("it is not open to you any more. Load it again.");
        return;
      }
      const text = await answer.text();
      if (!answer.ok && answer.status !== 404) throw new Error(answer.status);
      if (isBusy()) { wanted = true; return; }
      swap(new DOMParser().parseFromString(text, "text/html"));
      fetchedAt = Date.now();
      current();
    } catch {
      lost();
    } finally {
      fetching = false;
    }
  };

  // ---- Whether it is current

  const current = () => {
    byId("stalled").hidden = true;
    byId("live").textContent = "This page renews itself.";
  };
  const lost = (why = "the board can not be reached. Trying again.") => {
    const line = byId("stalled");
    const text = `Not current since ${local(fetchedAt)}: ${why}`;
    if (line.hidden || line.textContent !== text) line.textContent = text;
    line.hidden = false;
    byId("live").textContent = "";
  };

  // ---- The stream of what has changed

  let stream = null;
  let version = null;
  let heardAt = 0;
  let wait = FIRST_WAIT_MS;
  let retry = 0;

  const hear = (event) => {
    heardAt = Date.now();
    wait = FIRST_WAIT_MS;
    const isNews = version !== null && event.lastEventId !== version;
    // Of what happened between this page and the stream nobody has told us.
    const isOld = version === null && Date.now() - fetchedAt > 2_000;
    version = event.lastEventId;
    if (isNews || isOld || !byId("stalled").hidden) setTimeout(renew, Math.random() * 300);
    else current();
  };

  const shut = () => {
    clearTimeout(retry);
    if (stream) stream.close();
    stream = null;
  };

  const listen = () => {
    shut();
    if (document.hidden) return;
    heardAt = Date.now();
    stream = new EventSource(STREAM);
    stream.addEventListener("version", hear);
    stream.addEventListener("beat", () => { heardAt = Date.now(); });
    stream.onerror = again;
  };

  // A refused stream is tried again as well, which an EventSource by itself would not; meanwhile the page is fetched.
  const again = () => {
    shut();
    renew();
    retry = setTimeout(listen, wait * (0.7 + Math.random() * 0.6));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  };

  const tick = () => {
    if (document.hidden) return;
    if (wanted) renew();
    else if (Date.now() - fetchedAt > FRESH_MS) renew();
    if (stream && Date.now() - heardAt > QUIET_MS) again();
  };

  // A browser keeps six connections to a host: pages that nobody looks at hold none of them.
  const seen = () => {
    if (document.hidden) { shut(); return; }
    if (Date.now() - fetchedAt > 2_000) renew();
    listen();
  };

  // ---- Keys

  const press = (event) => {
    const into = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || into || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    byId("search").focus();
  };

  setClock(document);
  // What the server wrote is true as it stands, and is to be seen first; in the reader's own time it is a moment later.
  if (document.hidden) tellTimes(document);
  else requestAnimationFrame(() => setTimeout(() => tellTimes(document)));
  document.addEventListener("keydown", press);
  setInterval(() => tellTimes(document), 5_000);
  if (!("live" in document.body.dataset)) return;
  setInterval(tick, 1_000);
  document.addEventListener("visibilitychange", seen);
  window.addEventListener("pageshow", (event) => { if (event.persisted) { version = null; seen(); } });
  window.addEventListener("pagehide", shut);
  if (document.readyState === "complete") listen();
  else window.addEventListener("load", listen);
})();
