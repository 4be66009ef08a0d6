// The page of a paper's trials: show those of one figure or table, or those that a word fits.
(() => {
  const rows = [...document.querySelectorAll("table.trials tbody tr")];
  const find = document.getElementById("trials-find");
  const said = document.getElementById("trials-said");
  const all = document.getElementById("trials-all");
  const named = () => document.getElementById(decodeURIComponent(location.hash.slice(1)));

  const show = () => {
    const place = named();
    const use = place?.id.startsWith("of-") ? place.dataset.use : null;
    const word = find.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits =
        (use === null || row.dataset.use.split(" ").includes(use)) &&
        (!word || row.textContent.toLowerCase().includes(word));
      row.hidden = !fits;
      shown += fits;
    }
    const behind = use === null ? "" : `, behind “${place.querySelector("th").textContent}”`;
    said.textContent = `${shown} of ${rows.length} trials${behind}`;
    all.hidden = use === null && !word;
    return use !== null;
  };

  const follow = () => {
    const folded = named()?.closest("details");
    if (show()) {
      // The browser unfolds what a link names; here its trials are wanted, not the list of uses.
      folded.open = false;
      find.closest(".trials-filter").scrollIntoView();
    } else if (folded) {
      folded.open = true;
    }
  };

  find.addEventListener("input", show);
  all.addEventListener("click", (event) => {
    event.preventDefault();
    find.value = "";
    history.replaceState(null, "", location.pathname + location.search);
    show();
  });
  window.addEventListener("hashchange", follow);
  // Once more when the browser has scrolled by itself.
  window.addEventListener("load", () => setTimeout(follow));
  follow();
})();
