/** Makes the tabs work by pointer and by arrow keys, and keeps the chosen one in the URL. `onShow` gets its name. */
export function startTabs(onShow) {
  const tabs = [...document.querySelectorAll('[role="tab"]')];
  const show = (id) => {
    const chosen = tabs.find((tab) => tab.getAttribute("aria-controls") === id) ?? tabs[0];
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen;
    }
    const view = chosen.getAttribute("aria-controls");
    // No id: a browser would begin there with the Tab key.
    history.replaceState(null, "", `#/${view}`);
    onShow(view);
    return chosen;
  };
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", () => show(tab.getAttribute("aria-controls")));
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      show(tabs.at(to % tabs.length).getAttribute("aria-controls")).focus();
    });
  }
  addEventListener("hashchange", () => show(location.hash.slice(2)));
  show(location.hash.slice(2));
}
