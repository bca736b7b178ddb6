"""axe-core on what this product draws: Odoo's own menus, headers and footers around it are not looked at."""

from contextlib import contextmanager
from pathlib import Path

# What Odoo loads for a user who wants dark colours, with OCA's web_dark_mode: Community has none of its own.
DARK = "/web/assets/any/web.assets_web_dark.min.css"
SWITCH = """async (dark) => {
    const link = document.querySelector("link[href*='web.assets_web.min.css'], link[data-light]");
    if (!link) {
        return;
    }
    link.dataset.light ||= link.getAttribute("href");
    await new Promise((resolve, reject) => {
        link.onload = resolve;
        link.onerror = () => reject(new Error("no dark colours"));
        link.href = dark || link.dataset.light;
    });
}"""
# Colours that fade in would be measured halfway.
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
# What Odoo's own views draw for any model, around what is ours: labels, field widgets and tabs of a form; in a list the
# boxes to select rows, the choice of columns, and headers of columns without a name.
ODOO = [
    ".o_form_label",
    ".o_field_widget",
    ".o_notebook_headers",
    ".o_list_record_selector",
    ".o_list_actions_header",
    "thead .o_handle_cell",
    "thead .o_list_button",
]
# What Odoo's frame around content of ours doesn't do well: rule and element. Everything else in them is looked at.
KNOWN = [
    # A dialog has a header, a main part and a title of the fourth level, whatever the page behind it has.
    ("landmark-no-duplicate-banner", ".modal-header"),
    ("landmark-no-duplicate-main", ".modal-body"),
    ("heading-order", ".modal-title"),
    ("landmark-unique", ".modal-body"),
    ("landmark-main-is-top-level", ".modal-body .o_content"),
    # The colour of a button that has the focus, in web_dark_mode.
    ("color-contrast", ".btn-primary:focus"),
    # A card is an article that is a link.
    ("aria-allowed-role", ".o_kanban_record"),
]
RUN = """async ([root, odoo, known]) => {
    document.getAnimations().forEach((animation) => animation.cancel());
    const {violations} = await axe.run({include: [root], exclude: odoo});
    const isKnown = (id, target) =>
        known.some(([rule, selector]) => rule === id && document.querySelector(target[0]).matches(selector));
    return violations.flatMap(({id, help, nodes}) =>
        nodes
            .filter(({target}) => !isKnown(id, target))
            .map(({target, failureSummary}) => `${id}: ${help}; ${target}; ${failureSummary}`));
}"""


class Axe:
    """Collects in ``found`` what axe says of each screen a journey passes, in light and in dark colours."""

    def __init__(self, source, shot):
        self.source, self.shot, self.found = Path(source).read_text(), shot, []

    def check(self, page, root, name):
        """:param name: of the pictures that are taken of both; ``root`` must match exactly one element"""
        assert page.locator(root).count() == 1, f"{page.locator(root).count()} elements are {root}"
        if not page.evaluate("'axe' in window"):
            page.evaluate(self.source)
            page.add_style_tag(content=STILL)
        for scheme in ("light", "dark"):
            with colours(page, scheme):
                self.shot(page, f"{name} {scheme}")
                self.found += [
                    f"{name}, {scheme}: {violation}" for violation in page.evaluate(RUN, [root, ODOO, KNOWN])
                ]


@contextmanager
def colours(page, scheme):
    """In the backend Odoo's own dark colours, elsewhere what a browser says that prefers dark pages."""
    page.emulate_media(color_scheme=scheme)
    if scheme == "dark":
        page.evaluate(SWITCH, DARK)
    try:
        yield
    finally:
        page.emulate_media(color_scheme="light")
        if scheme == "dark":
            page.evaluate(SWITCH, None)
