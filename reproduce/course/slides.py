"""The slides of a module: one HTML file that needs nothing else, and prints as a handout.

Every slide fills the screen, one below the other, so that they can be read without a script; a few
lines of script move between them by the arrow keys and show the notes. Printed, each slide has its
notes under it where they were shown.
"""

import re
from html import escape

from reproduce.course import content, lessons
from reproduce.course.content import Slide
from reproduce.plain_page import plain_page

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
html { scroll-snap-type: y mandatory; }
body { margin: 0; font: 400 clamp(1.05rem, 2.4vmin + 0.5rem, 2rem)/1.4 system-ui, sans-serif;
       color: #1a1a1a; background: #fff; }
section { min-height: 100vh; min-height: 100dvh; scroll-snap-align: start; display: flex;
          flex-direction: column; justify-content: center; padding: 4vmin 7vmin;
          border-bottom: 1px solid #ddd; }
h1, h2 { margin: 0 0 0.6em; line-height: 1.15; font-weight: 600; text-wrap: balance; }
h1 { font-size: 2em; } h2 { font-size: 1.5em; }
ul { margin: 0; padding-left: 1.1em; } li { margin: 0.35em 0; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.85em; background: #f3f3f3; }
pre { padding: 0.8em 1em; overflow-x: auto; border-radius: 0.3em; }
figure { margin: 0.4em 0; }
figure svg, figure img { width: 100%; height: auto; max-height: 54vh; }
aside { margin-top: 1.2em; padding: 0.6em 0.9em; border-left: 4px solid #0072B2;
        background: #eef4f9; font-size: 0.72em; }
.number { margin-top: 1em; color: #5c5c5c; font-size: 0.6em; }
.number a { color: #00578a; }
html:not(.notes) aside { display: none; }
@media print {
  @page { margin: 14mm; }
  html { scroll-snap-type: none; } body { font-size: 12pt; }
  html.notes aside { display: block; font-size: 10.5pt; }
  .number a { display: none; }
  section { min-height: 0; padding: 0 0 6mm; margin-bottom: 6mm; break-inside: avoid; }
  figure svg, figure img { max-height: 80mm; }
}
"""
SCRIPT = """
const slides = [...document.querySelectorAll("section")];
addEventListener("keydown", event => {
  if (event.key === "n") document.documentElement.classList.toggle("notes");
  const end = { Home: 0, End: slides.length - 1 }[event.key];
  const step = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1,
                 ArrowLeft: -1, ArrowUp: -1, PageUp: -1 }[event.key];
  if ((!step && end === undefined) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const here = slides.findIndex(one => one.getBoundingClientRect().bottom > innerHeight / 2);
  const next = end ?? Math.min(Math.max(here + step, 0), slides.length - 1);
  slides[next].scrollIntoView();
});
"""
KEYS = "arrow keys move, n shows the notes, printing gives the handout"


def page(number: int, back: str) -> str:
    """Return the slides of a module as an HTML file; `back` is the address of what they are of."""
    slides = content.slides(number).slides
    title = f"Week {number}: {content.module(number).title}"
    made = "\n".join(_slide(number, place, one, back) for place, one in enumerate(slides, start=1))
    body = f"<main>\n{made}\n</main>\n<script>{SCRIPT}</script>"
    return plain_page(title, body, STYLE)


def _slide(number: int, place: int, slide: Slide, back: str) -> str:
    level = 1 if place == 1 else 2
    parts = [f"<h{level}>{in_html(slide.title)}</h{level}>"]
    if slide.figure:
        drawing, alt = lessons.figure(number, slide.figure)
        parts.append(
            f'<figure role="img" aria-label="{escape(alt)}">{_unlettered(drawing)}</figure>'
        )
    if slide.points:
        parts.append("<ul>" + "".join(f"<li>{in_html(one)}</li>" for one in slide.points) + "</ul>")
    if slide.code:
        parts.append(f'<pre tabindex="0"><code>{escape(slide.code)}</code></pre>')
    parts.append(f'<aside aria-label="Notes">{in_html(slide.notes)}</aside>')
    beside = f' · {KEYS} · <a href="{escape(back)}">back</a>' if place == 1 else ""
    parts.append(f'<div class="number">Week {number} · {place}{beside}</div>')
    return f"<section>{''.join(parts)}</section>"


def _unlettered(drawing: str) -> str:
    """Return a drawing whose parts are not read out one by one: its label says what is seen."""
    return drawing.replace("<svg ", '<svg aria-hidden="true" ', 1)


def in_html(text: str) -> str:
    """Return a line with **bold**, *emphasis* and `code` as HTML."""
    text = escape(text)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", text)
