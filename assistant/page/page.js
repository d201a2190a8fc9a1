// What the page does without the server: its language, buttons within HTML, copying, and the viewer of sources.
window.assistantPage = {
  opener: null, // what opened the viewer, so that the focus goes back there
  entering: false, // whether the focus is to go to the viewer when it shows what was asked for

  speak(language) {
    document.documentElement.lang = language === "en" ? "en" : "zh-CN";
  },

  remember(language) {
    document.cookie = `language=${language}; path=/; max-age=31536000; samesite=lax`;
  },

  // Makes an event of each click on a button in an HTML component that names one of these events.
  handOn(element, trigger, events, watch) {
    watch("value", () => assistantPage.keepFocus(element));
    element.addEventListener("focusin", (event) => {
      const { act, turn, n, hit, thumbs, question } = event.target.dataset;
      element.lastFocus = act && Object.fromEntries(Object.entries({ act, turn, n, hit, thumbs, question }).filter(([, value]) => value !== undefined));
    });
    element.addEventListener("focusout", (event) => { if (event.relatedTarget) element.lastFocus = null; });
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-act]");
      if (!button || !events.includes(button.dataset.act)) return;
      trigger(button.dataset.act, { ...button.dataset });
      if (button.dataset.act !== "show_source") return;
      assistantPage.opener = button;
      assistantPage.entering = true;
      document.getElementById("viewer-column").classList.add("open");
      setTimeout(assistantPage.enterViewer, 600); // where the viewer shows it already, nothing changes there
    });
  },

  // Gives the focus back to the button that had it, where the HTML around it was drawn anew.
  keepFocus(element) {
    const had = element.lastFocus;
    if (!had || document.activeElement !== document.body) return;
    const same = (button) => Object.entries(had).every(([key, value]) => button.dataset[key] === value);
    [...element.querySelectorAll("button[data-act]")].find(same)?.focus({ preventScroll: true });
  },

  // Brings the marked words of the viewer into its sight.
  showMarks() {
    const column = document.getElementById("viewer-column");
    const page = column.querySelector(".printed img[data-top]");
    const words = column.querySelector(".passages mark") || column.querySelector(".passage.cited");
    column.scrollTop = 0;
    if (page) {
      const paper = page.closest(".sheet-of-paper");
      const show = () => { paper.scrollTop = Math.max(0, page.dataset.top * page.clientHeight - paper.clientHeight / 3); };
      if (page.complete) show(); else page.addEventListener("load", show);
    } else if (words) {
      const below = words.getBoundingClientRect().bottom - column.getBoundingClientRect().top;
      if (below > column.clientHeight) column.scrollTop = below - column.clientHeight / 2;
    }
  },

  // Moves the focus to the viewer, once for each time that somebody opens a source.
  enterViewer() {
    const title = document.getElementById("viewer-title");
    if (!assistantPage.entering || !title) return;
    assistantPage.entering = false;
    assistantPage.showMarks();
    title.focus({ preventScroll: true });
  },

  closeViewer() {
    document.getElementById("viewer-column").classList.remove("open");
    const { opener } = assistantPage;
    assistantPage.opener = null;
    if (!opener) return;
    const { turn, n, hit } = opener.dataset;
    const which = n ? `[data-n="${n}"]` : `[data-hit="${hit}"]`;
    (opener.isConnected ? opener : document.querySelector(`#conversation [data-act="show_source"][data-turn="${turn}"]${which}`))?.focus();
  },

  async copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      // Over plain HTTP from another machine, browsers have no clipboard to write to but this.
      const field = document.createElement("textarea");
      field.value = button.dataset.copy;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
      button.focus();
    }
    const told = button.parentElement.querySelector("[role=status]");
    if (told) told.textContent = button.dataset.copied;
  },
};

window.assistantPage.speak((/(?:^|; )language=(en|zh)/.exec(document.cookie) || [])[1] || (navigator.language || "").slice(0, 2));
document.addEventListener("click", (event) => {
  const act = event.target.closest?.("button[data-act]")?.dataset.act;
  if (act === "copy") assistantPage.copy(event.target.closest("button"));
  if (act === "close_viewer") assistantPage.closeViewer();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.querySelector("#viewer-column.open")) assistantPage.closeViewer();
});
