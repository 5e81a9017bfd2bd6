// What the page does beyond plain forms: live messages, completion, the dialog, and staying at the newest message.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const scroll = byId("scroll"), log = byId("log"), line = byId("line"), say = byId("say"), options = byId("options");
  const dialog = byId("dialog"), state = byId("state"), announce = byId("announce"), newest = byId("newest"), seat = byId("live");
  if (!seat) return;

  const tell = (text) => { state.textContent = text; state.hidden = !text; };

  // Staying at the newest message, unless somebody reads further up.
  const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
  let following = true, top = 0;
  const toEnd = () => { following = true; newest.hidden = true; scroll.scrollTo({ top: scroll.scrollHeight, behavior: "instant" }); };
  scroll.addEventListener("scroll", () => {
    if (atEnd()) { following = true; newest.hidden = true; } else if (scroll.scrollTop < top) following = false;
    top = scroll.scrollTop;
  });
  newest.addEventListener("click", () => { toEnd(); line.focus(); });
  const stay = new ResizeObserver(() => { if (following) toEnd(); });
  stay.observe(scroll);
  stay.observe(log);
  toEnd();

  // Live messages: one that is known is replaced where it is, a new one goes to its place in time.
  let since = seat.dataset.since;
  const remember = () => {
    const name = "sublet-seen=", found = document.cookie.split("; ").find((part) => part.startsWith(name));
    const rooms = new Map((found ? found.slice(name.length) : "").split("~").filter(Boolean).map((part) => part.split(":")));
    rooms.set(seat.dataset.seen, since);
    const value = [...rooms].map((pair) => pair.join(":")).join("~");
    document.cookie = name + value + "; path=/; max-age=31536000; samesite=strict";
  };
  const arrive = (html) => {
    const made = document.createElement("template");
    made.innerHTML = html;
    const item = made.content.querySelector("li.msg");
    if (!item) return;
    const old = byId(item.id);
    if (old) {
      const inside = old.contains(document.activeElement) && document.activeElement.textContent;
      old.replaceWith(item);
      if (inside) ([...item.querySelectorAll("button")].find((button) => button.textContent === inside) || line).focus();
    } else {
      const later = [...log.children].find((other) => Number(other.dataset.at) > Number(item.dataset.at));
      log.insertBefore(item, later || null);
      item.classList.add("fresh");
    }
    htmx.process(item);
    dress(item);
    announce.textContent = item.dataset.summary;
    if (following || item.classList.contains("own")) toEnd(); else if (!old) newest.hidden = false;
  };
  const connect = () => {
    const live = document.createElement("div");
    live.id = "live-source";
    live.setAttribute("hx-ext", "sse");
    live.setAttribute("sse-connect", seat.dataset.events + "?since=" + since);
    live.setAttribute("sse-swap", "message,marks");
    live.setAttribute("hx-swap", "none");
    live.addEventListener("htmx:sseBeforeMessage", (event) => {
      if (event.detail.lastEventId) since = event.detail.lastEventId;
      if (event.detail.type === "message") { event.preventDefault(); arrive(event.detail.data); }
      remember();
    });
    live.addEventListener("htmx:sseOpen", () => { seat.dataset.open = "yes"; tell(""); });
    live.addEventListener("htmx:sseError", () => { delete seat.dataset.open; tell("The connection was lost. Connecting again …"); });
    seat.replaceChildren(live);
    htmx.process(live);
  };
  const disconnect = () => { const live = byId("live-source"); if (live) htmx.remove(live); };
  // A page in the background gives its connection back: browsers open only a few to one server.
  document.addEventListener("visibilitychange", () => { disconnect(); if (!document.hidden) connect(); });
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", (event) => { if (event.persisted) connect(); });

  // Every act has an id of its own; the same act sent again keeps it.
  const renew = (form) => { const id = form.querySelector("input[name=id]"); if (id) id.value = crypto.randomUUID(); };
  let last = "";
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (!(form instanceof HTMLFormElement)) return;
    if (!event.detail.successful) {
      const why = event.detail.xhr && event.detail.xhr.getResponseHeader("x-problem");
      const text = why || "It was not sent: Sublet does not answer. Try again.";
      tell(text);
      announce.textContent = text;
      return;
    }
    tell("");
    renew(form);
    if (form === say) { last = line.value; line.value = ""; close(); toEnd(); }
    if (form.closest("dialog") && event.detail.xhr.getResponseHeader("hx-trigger") === "done") dialog.close();
  });

  // The dialog.
  document.body.addEventListener("asked", () => {
    if (!dialog.open) dialog.showModal();
    const first = dialog.querySelector("[aria-invalid=true]") || dialog.querySelector("select, textarea, input:not([type=hidden])") || dialog.querySelector("button");
    if (first) first.focus();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-cancel]") && dialog.matches(":modal")) { event.preventDefault(); dialog.close(); }
  });
  dialog.addEventListener("close", () => {
    byId("dialog-body").replaceChildren();
    // Closing gave the focus back before its old place was gone; without this the caret is nowhere.
    line.blur();
    line.focus();
    line.setSelectionRange(line.value.length, line.value.length);
  });
  if (dialog.open) { dialog.close(); }

  // Completion: a list box under the control of the line.
  line.setAttribute("role", "combobox");
  line.setAttribute("aria-autocomplete", "list");
  line.setAttribute("aria-controls", "options");
  line.setAttribute("aria-expanded", "false");
  let active = -1, asked = 0, wait = 0;
  const items = () => [...options.querySelectorAll("[role=option]")];
  const close = () => { clearTimeout(wait); asked += 1; active = -1; options.hidden = true; line.setAttribute("aria-expanded", "false"); line.removeAttribute("aria-activedescendant"); };
  const choose = (index) => {
    const all = items();
    active = (index + all.length) % all.length;
    all.forEach((item, at) => item.setAttribute("aria-selected", String(at === active)));
    line.setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  };
  const take = (item) => {
    const { start, end, insert } = item.dataset;
    line.setRangeText(insert, Number(start), Number(end), "end");
    line.focus();
    suggest(0);
  };
  const suggest = (delay) => {
    close();
    if (!line.value.startsWith("/")) return;
    const mine = asked;
    wait = setTimeout(async () => {
      const query = new URLSearchParams({ line: line.value, cursor: String(line.selectionStart) });
      const answer = await fetch(line.dataset.complete + "?" + query).catch(() => null);
      if (!answer || !answer.ok || mine !== asked) return;
      const html = await answer.text();
      if (mine !== asked || document.activeElement !== line) return;
      options.innerHTML = html;
      const some = items().length > 0;
      options.hidden = !some;
      line.setAttribute("aria-expanded", String(some));
    }, delay);
  };
  line.addEventListener("input", () => suggest(60));
  line.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== line) close(); }, 150));
  line.addEventListener("keydown", (event) => {
    const open = !options.hidden, all = items();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (open) { event.preventDefault(); choose(active < 0 && step < 0 ? all.length - 1 : active + step); }
      else if (step < 0 && !line.value && last) { event.preventDefault(); line.value = last; line.setSelectionRange(last.length, last.length); }
      else if (step > 0 && line.value.startsWith("/")) { event.preventDefault(); suggest(0); }
    } else if (open && (event.key === "Tab" && !event.shiftKey || event.key === "Enter" && active >= 0)) {
      event.preventDefault();
      take(all[Math.max(active, 0)]);
    } else if (open && event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
  options.addEventListener("mousedown", (event) => event.preventDefault());
  options.addEventListener("click", (event) => { const item = event.target.closest("[role=option]"); if (item) take(item); });

  // Copying.
  const dress = (root) => {
    if (!navigator.clipboard) return;
    for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
  };
  log.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent).catch(() => null);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });

  dress(document);
  if (window.matchMedia("(min-width: 761px)").matches) line.focus();
  connect();
})();
