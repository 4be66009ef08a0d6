"""From bytes to text: the encodings that spreadsheets and editors write."""

from reproduce.errors import UserError

LARGEST = 5_000_000
# The first bytes of what is no text, and what to do about it.
OTHER_FILES = {
    b"%PDF": "a PDF; copy its table as text, or type it into a CSV",
    b"\x89PNG": "a picture; type its table into a CSV",
    b"\xff\xd8\xff": "a picture; type its table into a CSV",
    b"GIF8": "a picture; type its table into a CSV",
    b"\xd0\xcf\x11\xe0": "an Excel file of the old kind; save it as .xlsx or CSV",
    b"\x1f\x8b": "compressed; unpack it first",
}
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def fits(data: bytes, name: str) -> None:
    """Refuse a file that is too large to be a table."""
    if len(data) > LARGEST:
        raise UserError(
            f"{name} is larger than {LARGEST // 10**6} MB; expected a table as printed, not raw "
            "results"
        )


def decoded(data: bytes, name: str) -> str:
    """Return a file's text: UTF-8, UTF-16, CP949 or Windows-1252, with or without its mark."""
    fits(data, name)
    for first, what in OTHER_FILES.items():
        if data.startswith(first):
            raise UserError(f"{name} cannot be read as a table: it is {what}")
    marked = next((one for mark, one in MARKS.items() if data.startswith(mark)), None)
    encodings = [marked] if marked else [*_unmarked_wide(data), "utf-8"]
    for encoding in (*encodings, *([] if marked else [_of_one_country(data)])):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, UnicodeError):
            continue
        if not any(ord(sign) < 32 and sign not in "\t\n\r\f\v" for sign in text):
            return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    raise UserError(
        f"{name} cannot be read as a table: it is no text in UTF-8, UTF-16, CP949 or Windows-1252; "
        "save it as CSV in UTF-8"
    )


def _unmarked_wide(data: bytes) -> list[str]:
    """Return UTF-16 of the byte order in which every second byte is mostly zero."""
    half = len(data) // 2
    if half and data[1::2].count(0) > 0.6 * half:
        return ["utf-16-le"]
    return ["utf-16-be"] if half and data[0::2].count(0) > 0.6 * half else []


def _of_one_country(data: bytes) -> str:
    """Tell Korean from Western European: Hangul comes in pairs of bytes above 0xA0."""
    high = paired = 0
    place = 0
    while place < len(data):
        if data[place] < 0x80:
            place += 1
            continue
        pair = place + 1 < len(data) and data[place] > 0xA0 and data[place + 1] > 0xA0
        high, paired, place = high + 1, paired + pair, place + 1 + pair
    return "cp949" if high and paired > 0.8 * high else "cp1252"
