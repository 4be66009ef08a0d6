"""Contact sheets of the generated sets, for the book: `python -m benchmarks.generated_sheets`.

Writes `book/_static/generated/*.png`, each under 300 kB (256 colours, dithered; the sets
themselves have all colours). Drawn anew, they are the same pixels as long as the generator's
version is the same.
"""

import io
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from reproduce.data.generated import DESCRIPTIONS, LEVELS, stream
from reproduce.data.generated.assembly import build
from reproduce.files import project_root, write_bytes

FOLDER = "book/_static/generated"
SEED, GAP, MARGIN, LINE = 1, 3, 92, 18
LARGEST_FILE = 300_000
NOT_FOR_DIAGNOSIS = "Generated images. Not for diagnosis."


def in_colour(images: np.ndarray) -> np.ndarray:
    """Return grey images as colour images."""
    return images if images.ndim == 4 else np.repeat(images[..., None], 3, axis=-1)


def sheet(rows: list[list[np.ndarray]], titles: list[str], columns: list[str] | None = None):
    """Return a picture of rows of images, with a title to the left of each row."""
    tile = rows[0][0].shape[0]
    widest = max(len(row) for row in rows)
    top = LINE + GAP if columns else GAP
    width = MARGIN + widest * (tile + GAP)
    height = top + len(rows) * (tile + GAP) + LINE
    picture = Image.new("RGB", (width, height), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(13)
    for r, (row, title) in enumerate(zip(rows, titles, strict=True)):
        y = top + r * (tile + GAP)
        pen.text((4, y + tile // 2), title, fill="#222222", font=font, anchor="lm")
        for c, image in enumerate(row):
            picture.paste(Image.fromarray(image), (MARGIN + c * (tile + GAP), y))
    for c, title in enumerate(columns or []):
        place = MARGIN + c * (tile + GAP) + tile // 2
        pen.text((place, 3), title, fill="#222222", font=font, anchor="ma")
    pen.text((MARGIN, height - 5), NOT_FOR_DIAGNOSIS, fill="#555555", font=font, anchor="ls")
    return picture


def save(name: str, picture: Image.Image) -> None:
    """Write a sheet, in as many colours as its file may hold."""
    for colours in (256, 128, 96, 64):
        buffer = io.BytesIO()
        picture.quantize(colours).save(buffer, "PNG", optimize=True)
        if buffer.tell() < LARGEST_FILE:
            break
    else:
        raise SystemExit(
            f"{name}.png has {buffer.tell()} bytes even in 64 colours; draw it smaller"
        )
    write_bytes(project_root() / FOLDER / f"{name}.png", buffer.getvalue())
    print(f"{name}.png: {picture.width} x {picture.height}, {buffer.tell() / 1000:.0f} kB")


def by_class(name: str, size: int, columns: int) -> Image.Image:
    """Return a sheet with one row per class, at medium difficulty."""
    names = DESCRIPTIONS[name].class_names
    piece = next(stream(name, size, "medium", SEED, len(names) * columns, len(names) * columns))
    rows = [list(in_colour(piece.images[piece.labels == c])) for c in range(len(names))]
    return sheet(rows, list(names))


def of_nodules(size: int, pairs: int) -> Image.Image:
    """Return a sheet of pictures, each beside itself with the outline of its mask."""
    names = DESCRIPTIONS["nodules"].class_names
    piece = next(stream("nodules", size, "medium", SEED, 3 * pairs, 3 * pairs))
    images = in_colour(piece.images)
    padded = np.pad(piece.masks, ((0, 0), (1, 1), (1, 1)), mode="edge")
    sides = [padded[:, 1:-1, :-2], padded[:, 1:-1, 2:], padded[:, :-2, 1:-1], padded[:, 2:, 1:-1]]
    edge = (piece.masks > 0) & np.any([side != piece.masks for side in sides], axis=0)
    outlined = images.copy()
    outlined[edge & (piece.masks == 1)] = (86, 180, 233)
    outlined[edge & (piece.masks == 2)] = (230, 159, 0)
    rows = []
    for c in range(3):
        chosen = np.flatnonzero(piece.labels == c)
        rows.append([image for i in chosen for image in (images[i], outlined[i])])
    return sheet(rows, ["no nodule", *names[1:]])


def of_identities(size: int, people: int) -> Image.Image:
    """Return a sheet of two families, one row per identity, two captures on each device."""
    rows_of = [*range(people // 2), *range(4, 4 + people - people // 2)]
    counts = np.zeros(len(DESCRIPTIONS["identities"].class_names), int)
    counts[rows_of] = 8
    wanted = {"train": tuple(counts.tolist())}
    data = build(DESCRIPTIONS["identities"], size, "medium", SEED, counts=wanted)
    images, labels = data.images["train"], data.labels["train"]
    device = data.extra["train"]["device"]
    rows = [[*images[(labels == p) & (device == 0)], *images[(labels == p) & (device == 1)]]
            for p in rows_of]  # fmt: skip
    return sheet(rows, [f"identity {p:03d}" for p in rows_of])


def of_levels(size: int) -> Image.Image:
    """Return a sheet with the same two scenes of each set at the three levels."""
    rows = []
    for level in LEVELS:
        row = []
        for name in DESCRIPTIONS:
            images = next(stream(name, size, level, SEED + 1, 320, 8)).images
            row += list(in_colour(images[[1, 4]]))
        rows.append(row)
    return sheet(rows, list(LEVELS))


SHEETS = {
    "lesions": lambda: by_class("lesions", 112, 6),
    "warts_corns": lambda: by_class("warts_corns", 112, 7),
    "dermoscopy": lambda: by_class("dermoscopy", 80, 7),
    "nodules": lambda: of_nodules(128, 3),
    "identities": lambda: of_identities(80, 6),
    "levels": lambda: of_levels(80),
}


def main(names: list[str]) -> None:
    """Draw the named sheets, all by default."""
    for name in names or SHEETS:
        save(name, SHEETS[name]())


if __name__ == "__main__":
    main(sys.argv[1:])
