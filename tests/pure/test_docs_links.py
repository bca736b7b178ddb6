"""Every link of a document and of the product's screens leads to a file, and to a heading in it."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = "https://github.com/meetings-scheduler/meetings-scheduler/blob/main/"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SCREENS = [
    path
    for suffix in ("xml", "js", "py")
    for addon in sorted(ROOT.glob("meetings_scheduler*"))
    for path in sorted(addon.rglob(f"*.{suffix}"))
]
SETTINGS = sorted((ROOT / "meetings_scheduler/static/src/backend/calendar_settings").glob("*.xml"))
CODE = re.compile(r"^```.*?^```", re.M | re.S)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
# The calendar settings name the heading of their help; the file stands in help_link.js.
SECTION = re.compile(r"""section="([^"]*'[\w-]+'[^"]*)\"""")
QUOTED = re.compile(r"'([\w-]+)'")


def name(path):
    return str(path.relative_to(ROOT))


def anchors(path):
    """:return: the anchors that GitHub gives the headings of a document"""
    seen, found = Counter(), set()
    for title in re.findall(r"^#+ (.+)$", CODE.sub("", path.read_text()), re.M):
        text = LINK.sub(lambda link: link.group().partition("]")[0].lstrip("!["), title)
        slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def problem(target, anchor):
    """:return: what is wrong with a link to ``target``, or None"""
    if not target.exists():
        return "no such file"
    if anchor and anchor not in anchors(target):
        return f"no such heading in {name(target)}; there are: {', '.join(sorted(anchors(target)))}"
    return None


def links_of_screens():
    for path in SCREENS:
        text = path.read_text()
        for link in re.findall(re.escape(DOCS) + r"""([^"'\s<`]+)""", text):
            yield path, link
        for expression in SECTION.findall(text):
            for section in QUOTED.findall(expression):
                yield path, f"docs/user/calendar-settings.md#{section}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_of_documents(path):
    for link in LINK.findall(CODE.sub("", path.read_text())):
        if re.match(r"https?://|mailto:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        wrong = problem(target, anchor)
        assert not wrong, f"{link}: {wrong}"


def test_links_of_screens():
    """M25, M32, M48: pages, bookings and settings link to their help."""
    found = list(links_of_screens())
    for path, link in found:
        file, _, anchor = link.partition("#")
        wrong = problem(ROOT / file, anchor)
        assert not wrong, f"{name(path)}: {link}: {wrong}"
    linking = {path.name for path, _link in found}
    assert {"scheduling_page_views.xml", "scheduling_booking_views.xml", "res_config_settings_views.xml"} <= linking


def test_every_block_of_the_settings_has_its_help():
    """M48: whatever is connected, each heading of the calendar settings stands beside a link to its help."""
    headings = [(path, heading) for path in SETTINGS for heading in re.findall(r"<h2.*?</h2>", path.read_text(), re.S)]
    assert len(headings) >= 5
    for path, heading in headings:
        assert "<HelpLink" in heading, f"{name(path)}: {heading}"
    tabs = re.split(r"<page\s+string=", (ROOT / "meetings_scheduler/views/scheduling_page_views.xml").read_text())[1:]
    assert len(tabs) == 6
    for tab in tabs:
        assert "documentation_link" in tab, f"no help in the tab {tab[:30]}"


def test_every_document_and_picture_is_reached():
    """Starting at the README, links lead to everything in docs/."""
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        path = ahead.pop()
        reached.add(path)
        if path.suffix != ".md":
            continue
        for link in LINK.findall(path.read_text()):
            target = (path.parent / link.partition("#")[0]).resolve()
            if target not in reached and target.is_file():
                ahead.append(target)
    everything = {path for suffix in ("md", "png") for path in (ROOT / "docs").rglob(f"*.{suffix}")}
    assert sorted(map(name, everything - reached)) == []
