"""A page of HTML that needs nothing else: no theme, no other file, no host."""

from html import escape

PLAIN = """
body { font: 1.05rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 2rem auto;
       padding: 0 1rem; }
"""


def plain_page(title: str, body: str, style: str = PLAIN, leads_to: str = "") -> str:
    """Return a whole page in English.

    Parameters
    ----------
    title
        As text; it is escaped here.
    body, style
        As HTML and CSS.
    leads_to
        Where the browser goes from here at once, if anywhere.
    """
    onward = f'<meta http-equiv="refresh" content="0; url={leads_to}">\n' if leads_to else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n{onward}'
        # Else a browser asks its host for a file that is not there.
        '<link rel="icon" href="data:,">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )
