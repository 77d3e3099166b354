"""A report as one HTML file: nothing is fetched, nothing runs; to be read, printed and sent on."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import zip_longest

from bot.core.message import Link, Moment, Span, utc
from bot.core.picture.svg import stylesheet
from bot.core.report.blocks import Block, Bullets, Pairs, Part, Spans, Table, Text, Theirs, Words
from bot.core.report.known import Facts
from bot.core.report.markdown import UTC_ONLY, iso
from bot.core.report.sections import made, sections, title
from bot.core.strangers import host, safe

# Nothing may be fetched or run, whatever a stranger has written.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
# What is not longer than this stays on one page of paper.
_SHORT = 900
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --quiet: #57606a; --page: #fff; --line: #d0d7de; --tint: #f6f8fa;
  --mark: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --quiet: #9da7b3; --page: #0d1117; --line: #30363d;
  --tint: #161b22; --mark: #79b8ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 62rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
p { margin: .5rem 0; }
.made, caption, .whose { color: var(--quiet); font-size: .875rem; }
#summary p { font-size: 1.08rem; }
a { color: var(--mark); }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; margin: .5rem 0 1rem; font-size: .94rem; }
caption { text-align: left; padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
tbody th { font-weight: 600; width: 13rem; }
td { overflow-wrap: anywhere; }
time { font-variant-numeric: tabular-nums; white-space: nowrap; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
figure { margin: 1rem 0; }
figure svg { max-width: 100%; height: auto; }
blockquote { margin: .25rem 0 1rem; padding: .5rem .9rem; border-left: .25rem solid var(--line);
  background: var(--tint); white-space: pre-wrap; }
.head { margin: 1rem 0 .25rem; font-weight: 600; }
.theirs { margin: .75rem 0; padding: .5rem .9rem; border: 1px dashed var(--quiet); border-radius: .4rem; }
.theirs p { white-space: pre-wrap; margin: 0; }
.tick { display: inline-block; min-width: 3.2rem; color: var(--quiet); font-size: .875rem; }
#deeds td:nth-child(2), #timeline td:nth-child(2) { min-width: 8.5rem; }
@media screen and (max-width: 40rem) {
  table, caption, tbody, tr, tbody th, td { display: block; width: auto; min-width: 0; padding: 0; border: 0; }
  td { overflow-wrap: break-word; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: .45rem 0; border-bottom: 1px solid var(--line); }
  td[data-of]::before { content: attr(data-of) ": "; color: var(--quiet); font-size: .875rem; }
  #deeds td:nth-child(2), #timeline td:nth-child(2) { min-width: 0; }
}
@media print {
  @page { size: A4; margin: 16mm 15mm 18mm; @bottom-right { content: counter(page) " / " counter(pages);
    font: 8pt system-ui, sans-serif; color: #444; } }
  :root { --ink: #000; --quiet: #444; --page: #fff; --line: #bbb; --tint: #f4f4f4; --mark: #000; color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; line-height: 1.4; orphans: 3; widows: 3; }
  h1 { font-size: 16pt; } h2 { font-size: 12.5pt; margin-top: 1.4rem; }
  h2, caption, .head, .before { break-after: avoid; } tr, .theirs, figure, .short { break-inside: avoid; }
  thead { display: table-header-group; }
  th, td { padding-top: .22rem; padding-bottom: .22rem; }
  .wide { overflow: visible; }
  figure svg { width: 100%; }
  a.named::after { content: " (" attr(href) ")"; overflow-wrap: anywhere; }
}
"""


def html(facts: Facts, picture: str = "") -> str:
    """Return the report of an incident as one HTML file; `picture` is an SVG of ours, and no stranger's."""
    name = _text(title(facts))
    body = [f"<h1>{name}</h1>", f'<p class="made">{_text(made(facts))}</p>']
    for part in sections(facts):
        body += _part(part)
        if part.key == "facts" and picture:
            body.append(f"<figure>{picture}</figure>")
    return "\n".join([*_head(name), "<main>", *body, "</main>", "</body>", "</html>"]) + "\n"


def _head(name: str) -> tuple[str, ...]:
    return (
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="robots" content="noindex">',
        f"<title>{name}</title>",
        f"<style>{_STYLE}{stylesheet()}</style>",
        "</head>",
        "<body>",
    )


def _part(part: Part) -> Iterator[str]:
    yield f'<section id="{part.key}" aria-labelledby="{part.key}-title">'
    yield f'<h2 id="{part.key}-title">{_text(part.title)}</h2>'
    for block, after in zip_longest(part.blocks, part.blocks[1:]):
        if isinstance(block, Text) and isinstance(after, Words | Bullets):
            yield f'<p class="before">{_spans(block.spans)}</p>'
        else:
            yield from _block(block)
    yield "</section>"


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Text):
        yield f"<p>{_spans(block.spans)}</p>"
    elif isinstance(block, Pairs):
        yield from _pairs(block)
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Bullets):
        yield from _bullets(block)
    elif isinstance(block, Words):
        yield f'<p class="head">{_spans(block.head)}</p>'
        short = ' class="short"' if len(block.text) < _SHORT else ""
        yield f"<blockquote{short}>{_text(block.text)}</blockquote>"
    else:
        yield from _theirs(block)


def _pairs(block: Pairs) -> Iterator[str]:
    yield f'<div class="wide" tabindex="0" role="group" aria-label="{_text(block.about)}"><table>'
    yield f'<caption><span class="unseen">{_text(block.about)}</span></caption>'
    yield "<tbody>"
    for name, value in block.rows:
        yield f'<tr><th scope="row">{_text(name)}</th><td>{_spans(value)}</td></tr>'
    yield "</tbody></table></div>"


def _table(block: Table) -> Iterator[str]:
    yield f'<div class="wide" tabindex="0" role="group" aria-label="{_text(block.about)}"><table>'
    yield f"<caption>{_text(block.about)}</caption>"
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in block.head)
    yield f"<thead><tr>{head}</tr></thead>"
    yield "<tbody>"
    for row in block.rows:
        yield f"<tr>{''.join(_cell(name, cell) for name, cell in zip(block.head, row, strict=True))}</tr>"
    yield "</tbody></table></div>"


def _cell(name: str, spans: Spans) -> str:
    """Return a cell that names its column where there is no room for columns; what all are in says the head."""
    words = _spans(spans)
    if UTC_ONLY in name and len(spans) == 1 and isinstance(spans[0], Moment):
        words = words.replace(" UTC</time>", "</time>")
    return f'<td data-of="{_text(name)}">{words}</td>'


def _bullets(block: Bullets) -> Iterator[str]:
    yield "<ul>"
    for number, item in enumerate(block.items):
        tick = f'<span class="tick">{"done" if block.done[number] else "open"}</span> ' if block.done else ""
        yield f"<li>{tick}{_spans(item)}</li>"
    yield "</ul>"


def _theirs(block: Theirs) -> Iterator[str]:
    whose = f'<p class="whose">Added by {_text(block.author)}, {_time(Moment(block.at))}</p>'
    yield f'<div class="theirs">{whose}<p>{_text(block.text)}</p></div>'


def _text(text: str) -> str:
    return escape(safe(text))


def _spans(spans: Spans) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    if isinstance(span, Moment):
        return _time(span)
    if isinstance(span, Link):
        words = _text(span.text)
        # On paper nobody can follow a link that does not show where it leads.
        named = ' class="named"' if span.text != span.url else ""
        leads = f'<a{named} href="{_text(span.url)}" rel="noopener noreferrer nofollow">{words}</a>'
        return leads if host(span.url) else words
    return _text(span)


def _time(moment: Moment) -> str:
    return f'<time datetime="{iso(moment.at)}">{utc(moment.at)}</time>'
