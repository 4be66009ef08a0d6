// A table that is wider than its place says so, and only such a table is a stop for the keyboard.
"use strict";

(() => {
  const mark = (frame) => {
    const beyond = frame.scrollWidth - frame.clientWidth;
    frame.classList.toggle("scrolls", beyond > 4);
    frame.classList.toggle("at-end", beyond > 4 && frame.scrollLeft >= beyond - 4);
    if (beyond > 4) frame.setAttribute("tabindex", "0");
    else frame.removeAttribute("tabindex");
  };

  document.addEventListener("DOMContentLoaded", () => {
    const frames = [...document.querySelectorAll(".table-frame")];
    const all = () => frames.forEach(mark);
    all();
    window.addEventListener("load", all);
    window.addEventListener("resize", all);
    for (const frame of frames) {
      frame.addEventListener("scroll", () => mark(frame), { passive: true });
    }
    // A table in a closed box has no width before the box is opened.
    document.addEventListener("toggle", all, true);
  });
})();
